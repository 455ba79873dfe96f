import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const owners = noun('Owners: the people, services and teams that keys belong to', {
  create: lazy(OPERATIONS['owners.create'].summary, () => import('./create.ts')),
  list: lazy(OPERATIONS['owners.list'].summary, () => import('./list.ts')),
  get: lazy(OPERATIONS['owners.get'].summary, () => import('./get.ts')),
  update: lazy('Rename an owner, or change its kind', () => import('./update.ts')),
  suspend: lazy('End all keys of an owner at once, temporarily', () => import('./suspend.ts')),
  activate: lazy('Reactivate a suspended owner and its keys', () => import('./activate.ts')),
  delete: lazy(OPERATIONS['owners.delete'].summary, () => import('./delete.ts')),
});
