import type { Audit } from '../audit/index.ts';
import type { KeysContext } from '../keys/index.ts';
import { defineModule, type Opening } from '../storage/index.ts';
import { stacksMigrations } from './migrations.ts';
import type { StacksContext } from './record-report.ts';

export const stacksModule = defineModule({
  migrations: stacksMigrations,
  open: ({ storage, clock, audit, keys }: Opening & { audit: Audit; keys: KeysContext }) => {
    const stacks: StacksContext = { storage, clock, audit, keys };
    return { stacks };
  },
});
