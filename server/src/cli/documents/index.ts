import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const documents = noun('Documents that workspaces draw from', {
  add: lazy(
    'Store files, folders or pages of the web, and put them into a workspace',
    () => import('./add.ts'),
  ),
  list: lazy(OPERATIONS['documents.list'].summary, () => import('./list.ts')),
  remove: lazy('Remove documents, from every workspace too', () => import('./remove.ts')),
});
