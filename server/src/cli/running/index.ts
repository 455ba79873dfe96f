import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const running = noun('Requests that are being answered', {
  list: lazy(OPERATIONS['running.list'].summary, () => import('./list.ts')),
  stop: lazy('Stop one of them, or all of a key, an owner or a tag', () => import('./stop.ts')),
});
