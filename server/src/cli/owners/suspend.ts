import { ownerStateVerb } from './show.ts';

export default ownerStateVerb('suspend', 'suspended');
