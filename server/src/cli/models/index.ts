import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const models = noun('Models that a key may use', {
  list: lazy(OPERATIONS['models.list'].summary, () => import('./list.ts')),
});
