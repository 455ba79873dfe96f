import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { Mutex } from '../base/mutex.ts';
import type { Db, Storage } from '../storage/index.ts';
import { insertCheckpoint, newestCheckpoint, readHead, type Head } from './audit-store.ts';
import { ChainWalker } from './chain.ts';
import { isSigned, signCheckpoint, toCheckpoint, toRow } from './checkpoint.ts';
import type { AuditSigner, Checkpoint } from './checkpoint.ts';
import { walkRecords } from './walk.ts';

/** The newest checkpoint, or undefined before the first. */
export async function latestCheckpoint(db: Db): Promise<Checkpoint | undefined> {
  const row = await newestCheckpoint(db);
  return row === undefined ? undefined : toCheckpoint(row);
}

/**
 * Signs the end of the chain and stores that; when it is signed already, returns what there is.
 * What was added since the last checkpoint is verified first: a chain that was tampered with is never signed.
 * @param options.since a checkpoint that the caller remembers; better than the one in the database, which somebody
 * who rewrites the database would take away too.
 * @returns undefined while there is no record.
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
  await storage.transaction((tx) => insertCheckpoint(tx, toRow(made)));
  return made;
}

async function refuseBroken(
  db: Db,
  head: Head,
  { signer, since }: { signer: AuditSigner; since: Checkpoint | undefined },
): Promise<void> {
  // A checkpoint signed under a previous master key cannot be judged here and is not built upon.
  const start = since !== undefined && isSigned(since, [signer.publicKeyPem]) ? since : undefined;
  const walker = new ChainWalker(start === undefined ? {} : { after: start });
  await walkRecords(db, walker, head.seq);
  const outcome = walker.end(head);
  if (outcome.valid) return;
  throw new KeywardError('internal', 'The audit log is broken; no checkpoint was signed.', {
    hint: 'Run keyward audit verify.',
    cause: new Error(`${outcome.reason} at record ${outcome.seq}: ${outcome.message}`),
  });
}

const INTERVAL_MS = 10 * 60_000;

/** Makes a checkpoint every 10 minutes when there are new records, and one at a graceful stop. */
export class Checkpointer {
  readonly #storage: Storage;
  readonly #signer: AuditSigner;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #intervalMs: number;
  readonly #queue = new Mutex();
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;
  #last: Checkpoint | undefined;

  constructor(storage: Storage, signer: AuditSigner, options: CheckpointerOptions) {
    this.#storage = storage;
    this.#signer = signer;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#intervalMs = options.intervalMs ?? INTERVAL_MS;
  }

  start(): void {
    if (this.#isStopped || this.#timer !== undefined) return;
    this.#timer = setInterval(() => void this.#make(), this.#intervalMs);
    this.#timer.unref();
  }

  /** Resolves when the last checkpoint is made, or has failed and is in the log. */
  async stop(): Promise<void> {
    if (this.#isStopped) return this.#queue.run(async () => undefined);
    this.#isStopped = true;
    // A command that opens the database for a moment signs nothing.
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    await this.#make();
  }

  #make(): Promise<void> {
    return this.#queue.run(async () => {
      try {
        this.#last = await checkpoint(this.#storage, this.#signer, this.#clock.nowMs(), {
          since: this.#last,
        });
      } catch (error) {
        this.#logger.error({ err: error }, 'no audit checkpoint was made');
      }
    });
  }
}

export interface CheckpointerOptions {
  clock: Clock;
  logger: Logger;
  /** Default: 10 minutes. */
  intervalMs?: number;
}
