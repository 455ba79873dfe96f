import { givingVerb } from './state-verb.ts';

export default givingVerb('enable', 'Also ends a quarantine.');
