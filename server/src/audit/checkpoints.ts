import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import { Every } from '../base/every.ts';
import type { Logger } from '../base/logger.ts';
import type { Db, Storage } from '../storage/index.ts';
import { insertCheckpoint, latestCheckpoint, readHead, type Head } from './audit-store.ts';
import { ChainWalker } from './chain.ts';
import { isSigned, signCheckpoint, type AuditSigner, type Checkpoint } from './checkpoint.ts';
import { walkRecords } from './walk.ts';

/**
 * Signs the end of the chain, after it has verified the records since the last checkpoint.
 * @param options.since a checkpoint that the caller remembers; somebody who rewrites the database could remove the one there.
 * @returns the stored checkpoint where the end is signed already; undefined while there is no record.
 * @throws KeywardError `internal` when the chain is broken.
 */
export async function checkpoint(
  storage: Storage,
  signer: AuditSigner,
  nowMs: number,
  { since }: { since?: Checkpoint | undefined } = {},
): Promise<Checkpoint | undefined> {
  // In this order: another node may sign a longer chain in between.
  const latest = await latestCheckpoint(storage.db);
  const head = await readHead(storage.db);
  if (head.seq === 0 && latest === undefined && since === undefined) return undefined;
  await refuseBroken(storage.db, head, { signer, since: since ?? latest });
  if (latest?.seq === head.seq && latest.hash === head.hash) return latest;
  const made = signCheckpoint(head, signer, nowMs);
  await storage.transaction((tx) => insertCheckpoint(tx, made));
  return made;
}

async function refuseBroken(
  db: Db,
  head: Head,
  { signer, since }: { signer: AuditSigner; since: Checkpoint | undefined },
): Promise<void> {
  // A checkpoint of a previous master key cannot be verified here.
  const isOurs = since !== undefined && isSigned(since, [signer.publicKeyPem]);
  const walker = new ChainWalker(isOurs ? { after: since } : {});
  await walkRecords(db, walker, head.seq);
  const outcome = walker.end(head);
  if (outcome.valid) return;
  throw new KeywardError('internal', 'The audit log is broken; no checkpoint was signed.', {
    hint: 'Run keyward audit verify.',
    cause: new Error(`${outcome.reason} at record ${outcome.seq}: ${outcome.message}`),
  });
}

const INTERVAL_MS = 10 * 60_000;

interface CheckpointerOptions {
  clock: Clock;
  logger: Logger;
  /** @default 10 minutes */
  intervalMs?: number;
}

/** Makes checkpoints while there are new records, and one at a graceful stop. */
export class Checkpointer {
  readonly #ticks: Every;
  #isStarted = false;
  #stopping: Promise<void> | undefined;
  #last: Checkpoint | undefined;

  constructor(
    storage: Storage,
    signer: AuditSigner,
    { clock, logger, intervalMs = INTERVAL_MS }: CheckpointerOptions,
  ) {
    this.#ticks = new Every(intervalMs, async () => {
      try {
        this.#last = await checkpoint(storage, signer, clock.nowMs(), { since: this.#last });
      } catch (error) {
        logger.error({ err: error }, 'no audit checkpoint was made');
      }
    });
  }

  start(): void {
    if (this.#stopping !== undefined) return;
    this.#isStarted = true;
    this.#ticks.start();
  }

  /** Makes the last checkpoint; a failure is logged. A command, which has not started this, signs nothing. Idempotent. */
  stop(): Promise<void> {
    this.#stopping ??= this.#ticks.stop().then(() => (this.#isStarted ? this.#ticks.run() : undefined));
    return this.#stopping;
  }
}
