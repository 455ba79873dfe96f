import { ownerStateVerb } from './show.ts';

export default ownerStateVerb('activate', 'active');
