import { givingVerb } from './state-verb.ts';

export default givingVerb('restore', 'The key is active again, with its former secrets.');
