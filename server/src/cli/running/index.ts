import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const running = noun('Running requests', {
  list: lazy(OPERATIONS['running.list'].summary, () => import('./list.ts')),
  stop: lazy('Stop one request, or all requests of a key, an owner or a tag', () => import('./stop.ts')),
});
