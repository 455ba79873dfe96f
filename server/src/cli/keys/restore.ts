import { stateVerb } from './state-verb.ts';

export default stateVerb('restore', 'The key is active again, with the secrets it had.');
