import { endingVerb } from './state-verb.ts';

export default endingVerb('disable', 'After exit code 0 no process admits the key, until keys enable.');
