import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const upstreams = noun('Upstreams: servers of models', {
  add: lazy(OPERATIONS['upstreams.add'].summary, () => import('./add.ts')),
  list: lazy(OPERATIONS['upstreams.list'].summary, () => import('./list.ts')),
  get: lazy(OPERATIONS['upstreams.get'].summary, () => import('./get.ts')),
  update: lazy(OPERATIONS['upstreams.update'].summary, () => import('./update.ts')),
  test: lazy(OPERATIONS['upstreams.test'].summary, () => import('./test.ts')),
  remove: lazy(OPERATIONS['upstreams.remove'].summary, () => import('./remove.ts')),
});
