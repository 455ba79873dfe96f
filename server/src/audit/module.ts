import type { Nodes } from '../nodes/index.ts';
import { booksOf, defineModule, type Opening } from '../storage/index.ts';
import { Audit } from './audit.ts';
import type { AuditSigner } from './checkpoint.ts';
import { Checkpointer } from './checkpoints.ts';
import { auditMigrations } from './migrations.ts';
import { RefusalRecorder } from './refusals.ts';

interface Given extends Opening {
  nodes: Nodes;
  /** The module `sealing` is to the right of this one. */
  sealing: { signer: AuditSigner };
}

export const auditModule = defineModule({
  migrations: auditMigrations,
  open: ({ config, storage, nodes, clock, logger, sealing }: Given) => {
    const audit = new Audit({ storage, nodes, clock, keyPrefix: config.keyPrefix });
    // Records of a request are kept, also where it was ended.
    const books = booksOf(storage);
    return {
      audit,
      refusals: new RefusalRecorder({ storage: books, audit, clock, logger }),
      checkpointer: new Checkpointer(books, sealing.signer, { clock, logger }),
    };
  },
  start: ({ checkpointer }) => checkpointer.start(),
  stop: async ({ refusals, checkpointer }) => {
    await refusals.stop();
    await checkpointer.stop();
  },
});
