import { stateVerb } from './state-verb.ts';

export default stateVerb('disable', 'Ended with 0, no process admits the key any more, until keys enable.');
