import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const documents = noun('Documents of workspaces', {
  add: lazy('Store files, folders or web pages, and add them to a workspace', () => import('./add.ts')),
  list: lazy(OPERATIONS['documents.list'].summary, () => import('./list.ts')),
  remove: lazy('Remove documents, also from every workspace', () => import('./remove.ts')),
});
