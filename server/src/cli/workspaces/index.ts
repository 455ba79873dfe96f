import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const workspaces = noun('Workspaces: documents and chats', {
  create: lazy(OPERATIONS['workspaces.create'].summary, () => import('./create.ts')),
  list: lazy('All workspaces', () => import('./list.ts')),
  get: lazy('One workspace, with its documents', () => import('./get.ts')),
  delete: lazy(OPERATIONS['workspaces.delete'].summary, () => import('./delete.ts')),
  ask: lazy('Ask a workspace', () => import('./ask.ts')),
});
