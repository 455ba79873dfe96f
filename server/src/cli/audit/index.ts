import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const audit = noun('The audit record of all changes', {
  list: lazy(OPERATIONS['audit.list'].summary, () => import('./list.ts')),
  checkpoint: lazy(OPERATIONS['audit.checkpoint'].summary, () => import('./checkpoint.ts')),
  export: lazy(
    'Write the whole record into a file that can be verified anywhere',
    () => import('./export.ts'),
  ),
  verify: lazy('Verify an exported record offline, or the one of this machine', () => import('./verify.ts')),
});
