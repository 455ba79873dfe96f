import { endingVerb } from './state-verb.ts';

export default endingVerb('disable', 'Ended with 0, no process admits the key any more, until keys enable.');
