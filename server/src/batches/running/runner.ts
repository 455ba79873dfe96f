import { randomUUID } from 'node:crypto';
import { Every } from '../../base/every.ts';
import { Together, withoutPermit, type Db } from '../../storage/index.ts';
import type { BatchesContext } from '../context.ts';
import { openBatches } from '../store/batch-store.ts';
import * as store from '../store/line-store.ts';
import type { Settled } from '../store/line-store.ts';
import type { BatchRow, LineRow } from '../store/tables.ts';
import { nextChange } from '../news.ts';
import { Keeper, LOOKED_AT_MAX } from './keeper.ts';
import { runLine, type Tried } from './run-line.ts';

/** A process that is silent for so long loses its lines to another; less where jobs have shorter leases. */
const LEASE_MAX_MS = 10_000;
const LOOK_MS = 1_000;

interface Running {
  batchId: string;
  ownerId: string;
  stop: AbortController;
  done: Promise<void>;
}

/**
 * Runs lines of batches: each process takes some, under leases, and another takes over those of one that died. A line is
 * over once, with the first answer that is stored. Guarded by acceptance/jobs/batches.test.ts.
 */
export class Runner {
  readonly #context: BatchesContext;
  readonly #keeper: Keeper;
  readonly #holder = randomUUID();
  readonly #leaseMs: number;
  readonly #looks: Every;
  readonly #renewals: Every;
  readonly #running = new Set<Running>();
  readonly #settling: Together<{ line: LineRow; settled: Settled }, boolean>;
  /** Batches that no line of is begun before, in monotonic ms. */
  readonly #pauses = new Map<string, number>();
  readonly #stopping = new AbortController();
  #listening: Promise<void> | undefined;
  #mustLookAgain = false;

  constructor(context: BatchesContext) {
    this.#context = context;
    this.#leaseMs = Math.min(context.jobs.clocks.leaseMs, LEASE_MAX_MS);
    this.#keeper = new Keeper(context, this.#leaseMs);
    this.#looks = new Every(LOOK_MS, () => this.#guarded(() => this.#look()));
    this.#renewals = new Every(this.#leaseMs / 3, () => this.#guarded(() => this.#renew()));
    this.#settling = new Together(context.storage, (tx, items) => this.#settle(tx, items), {
      durable: false,
    });
  }

  start(): void {
    this.#renewals.start();
    this.#keeper.start();
    this.#listening = this.#listen();
    this.#lookSoon();
  }

  /** Gives its lines back, for others to run at once. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([this.#looks.stop(), this.#renewals.stop(), this.#keeper.stop(), this.#listening]);
    for (const { stop } of this.#running) stop.abort();
    await Promise.all([...this.#running].map(({ done }) => done));
    await this.#settling.idle();
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      await nextChange(this.#context, signal);
      this.#lookSoon();
    }
  }

  /** Not under the permit of a request, which may have ended something. */
  #lookSoon(): void {
    if (this.#stopping.signal.aborted) return;
    this.#mustLookAgain = true;
    withoutPermit(() => void this.#looks.run());
  }

  async #look(): Promise<void> {
    do {
      this.#mustLookAgain = false;
      const batches = await openBatches(this.#context.storage.db, LOOKED_AT_MAX);
      this.#endThoseOf(batches);
      this.#keeper.look(batches);
      await this.#begin(batches.filter(({ status }) => status === 'in_progress'));
    } while (this.#mustLookAgain && !this.#stopping.signal.aborted);
  }

  /** Lines of batches that are over: what they come to is not stored any more. */
  #endThoseOf(batches: readonly BatchRow[]): void {
    const open = new Set(batches.map(({ id }) => id));
    for (const { batchId, stop } of this.#running) if (!open.has(batchId)) stop.abort();
    for (const id of this.#pauses.keys()) if (!open.has(id)) this.#pauses.delete(id);
  }

  /**
   * Free places are shared by the batches: those with the fewest lines here come first. An owner has half of the places at
   * most: a model that does not answer would otherwise hold up the batches of all others.
   */
  async #begin(batches: readonly BatchRow[]): Promise<void> {
    const { clock, limits } = this.#context;
    const runs = Map.groupBy(this.#running, ({ batchId }) => batchId);
    const ownerMax = Math.ceil(limits.concurrency / 2);
    const isReady = ({ id, expires_at: endsMs }: BatchRow): boolean =>
      endsMs > clock.nowMs() && (this.#pauses.get(id) ?? 0) <= clock.monotonicMs();
    const ready = batches
      .filter(isReady)
      .toSorted((a, b) => (runs.get(a.id)?.length ?? 0) - (runs.get(b.id)?.length ?? 0));
    for (const [index, batch] of ready.entries()) {
      const all = [...this.#running];
      const free = limits.concurrency - all.length;
      const left = ownerMax - all.filter(({ ownerId }) => ownerId === batch.owner_id).length;
      if (free <= 0 || this.#stopping.signal.aborted) return;
      if (left > 0) await this.#claim(batch, Math.min(left, Math.ceil(free / (ready.length - index))));
    }
  }

  async #claim(batch: BatchRow, limit: number): Promise<void> {
    const { storage, clock } = this.#context;
    const nowMs = clock.nowMs();
    if (!(await store.anyFree(storage.db, batch.id, nowMs))) return;
    const untilMs = nowMs + this.#leaseMs;
    const claim = { batchId: batch.id, holder: this.#holder, nowMs, untilMs, limit };
    const lines = await storage.transaction((tx) => store.claimLines(tx, claim), { durable: false });
    for (const line of lines) this.#run(batch, line);
  }

  #run(batch: BatchRow, line: LineRow): void {
    const stop = new AbortController();
    const running: Running = { batchId: batch.id, ownerId: batch.owner_id, stop, done: Promise.resolve() };
    this.#running.add(running);
    running.done = this.#carryOut(batch, line, stop.signal).finally(() => {
      this.#running.delete(running);
      this.#lookSoon();
    });
  }

  async #carryOut(batch: BatchRow, line: LineRow, signal: AbortSignal): Promise<void> {
    const { logger, storage } = this.#context;
    try {
      const tried = await runLine(this.#context, { batch, line, signal });
      if (tried.kind === 'settled') await this.#settling.add({ line, settled: tried.settled });
      else await this.#giveBack(batch, line, tried);
    } catch (error) {
      logger.warn({ err: error, batch: batch.id, line: line.line }, 'a line of a batch was not run');
      const attempts = line.attempts + 1;
      const { failures, is_admitted } = line;
      const until_at = this.#context.clock.nowMs() + LOOK_MS;
      const later = { attempts, failures, is_admitted, until_at };
      await storage
        .transaction((tx) => store.putBack(tx, line, later), { durable: false })
        .catch(() => undefined);
    }
  }

  async #giveBack(batch: BatchRow, line: LineRow, tried: Exclude<Tried, { kind: 'settled' }>): Promise<void> {
    const { storage, clock } = this.#context;
    const { attempts, failures } = line;
    const wait = tried.kind === 'wait' ? tried.wait : undefined;
    const change = {
      attempts: attempts + (wait === undefined ? 0 : 1),
      failures: failures + (wait?.isFailure === true ? 1 : 0),
      is_admitted: line.is_admitted,
      until_at: wait === undefined ? 0 : clock.nowMs() + wait.forMs,
    };
    await storage.transaction((tx) => store.putBack(tx, line, change), { durable: false });
    if (wait?.isOfAll === true) this.#pauses.set(batch.id, clock.monotonicMs() + wait.forMs);
    if (tried.kind === 'key_ended') await this.#keeper.keyEnded(batch.id);
  }

  /** Many together: one commit. */
  async #settle(tx: Db, items: readonly { line: LineRow; settled: Settled }[]): Promise<boolean[]> {
    await store.lockBatches(tx, [...new Set(items.map(({ line }) => line.batch_id))]);
    const stored: boolean[] = [];
    for (const { line, settled } of items) stored.push(await store.settleLine(tx, line, settled));
    return stored;
  }

  async #renew(): Promise<void> {
    if (this.#running.size === 0) return;
    const { storage, clock } = this.#context;
    const untilMs = clock.nowMs() + this.#leaseMs;
    await storage.transaction((tx) => store.renewLines(tx, this.#holder, untilMs), { durable: false });
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) =>
      this.#context.logger.warn({ err: error }, 'batches were not looked at'),
    );
  }
}
