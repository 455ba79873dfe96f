import { OPERATIONS } from '@keyward/sdk/operations';
import { lazy, noun } from '../command.ts';

export const keys = noun('Keys: permissions, limits and budgets', {
  create: lazy(OPERATIONS['keys.create'].summary, () => import('./create.ts')),
  list: lazy(OPERATIONS['keys.list'].summary, () => import('./list.ts')),
  get: lazy(OPERATIONS['keys.get'].summary, () => import('./get.ts')),
  update: lazy(OPERATIONS['keys.update'].summary, () => import('./update.ts')),
  rotate: lazy(OPERATIONS['keys.rotate'].summary, () => import('./rotate.ts')),
  'end-secret': lazy(OPERATIONS['keys.end_secret'].summary, () => import('./end-secret.ts')),
  disable: lazy(OPERATIONS['keys.disable'].summary, () => import('./disable.ts')),
  enable: lazy(OPERATIONS['keys.enable'].summary, () => import('./enable.ts')),
  quarantine: lazy(OPERATIONS['keys.quarantine'].summary, () => import('./quarantine.ts')),
  revoke: lazy(OPERATIONS['keys.revoke'].summary, () => import('./revoke.ts')),
  restore: lazy(OPERATIONS['keys.restore'].summary, () => import('./restore.ts')),
  verify: lazy(OPERATIONS['keys.verify'].summary, () => import('./verify.ts')),
  import: lazy(OPERATIONS['keys.import'].summary, () => import('./import.ts')),
  usage: lazy(OPERATIONS['keys.usage'].summary, () => import('./usage.ts')),
});
