import { stateVerb } from './state-verb.ts';

export default stateVerb('enable', 'Also ends a quarantine.');
