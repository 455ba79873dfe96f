import { Every } from '../../base/every.ts';
import { newId } from '../../base/ids.ts';
import { LeaseLostError, underLease, withoutPermit, type Db, type UnderLease } from '../../storage/index.ts';
import type { BatchesContext } from '../context.ts';
import * as store from '../store/batch-store.ts';
import { insertFile } from '../store/file-store.ts';
import * as lines from '../store/line-store.ts';
import type { BatchRow, Ending, Part } from '../store/tables.ts';
import { changed } from '../news.ts';
import { validate } from '../validation/validate.ts';
import { notRun } from './answer-line.ts';
import { Cleaner } from './cleaner.ts';

export const LOOKED_AT_MAX = 10_000;
/** How long lines that run may go on after the end of their batch is decided. */
const GRACE_MS = 10_000;
const SLICE = 200;
const CLEAN_MS = 60_000;

/** Takes batches from state to state, each in one process at a time. */
export class Keeper {
  readonly #context: BatchesContext;
  readonly #leaseMs: number;
  readonly #working = new Map<string, Promise<void>>();
  readonly #cleaner: Cleaner;
  readonly #cleanings: Every;

  constructor(context: BatchesContext, leaseMs: number) {
    this.#context = context;
    this.#leaseMs = leaseMs;
    this.#cleaner = new Cleaner(context);
    this.#cleanings = new Every(CLEAN_MS, () => this.#cleaner.clean());
    context.nodes.onChange((change) => {
      if (change === 'everything' || change.kind === 'owner') withoutPermit(() => void this.#cleanings.run());
    });
  }

  start(): void {
    this.#cleanings.start();
    void this.#cleanings.run();
  }

  async stop(): Promise<void> {
    await this.#cleanings.stop();
    await Promise.all(this.#working.values());
  }

  look(batches: readonly BatchRow[]): void {
    const nowMs = this.#context.clock.nowMs();
    for (const batch of batches)
      if (!this.#working.has(batch.id) && batch.until_at <= nowMs && hasWork(batch, nowMs))
        this.#begin(batch.id);
  }

  /** Its lines that are not over end with that. */
  async keyEnded(id: string): Promise<void> {
    await this.#decide(id, KEY_ENDED);
    this.#begin(id);
  }

  #begin(id: string): void {
    if (this.#working.has(id)) return;
    const { logger } = this.#context;
    const row = { table: store.TABLE, key: { id } };
    const work = underLease(this.#context, row, this.#leaseMs, (lease) => this.#advance(lease, id))
      .then(() => undefined)
      .catch((error: unknown) => {
        if (!(error instanceof LeaseLostError))
          logger.warn({ err: error, batch: id }, 'a batch was not advanced');
      })
      .finally(() => this.#working.delete(id));
    this.#working.set(id, work);
  }

  /** As far as it goes now. */
  async #advance(lease: UnderLease, id: string): Promise<void> {
    const { storage, clock } = this.#context;
    const found = await store.findBatch(storage.db, id);
    if (found?.status === 'validating') await validate(this.#context, lease, found);
    const batch = await store.findBatch(storage.db, id);
    if (batch === undefined || batch.finished_at !== null) return;
    if (batch.status === 'in_progress') {
      if (batch.completed + batch.failed >= batch.total) await this.#decide(id, COMPLETED);
      else if (batch.expires_at <= clock.nowMs()) await this.#decide(id, EXPIRED);
      else return;
    }
    const decided = await store.findBatch(storage.db, id);
    if (typeof decided?.ending === 'string') await this.#end(decided);
  }

  /** Stores how it ends before its first line is ended: no line of it is begun from here on. */
  async #decide(id: string, ending: Ending): Promise<void> {
    const { storage, clock } = this.#context;
    await storage.transaction(async (tx) => {
      const batch = await store.lockBatch(tx, id);
      if (batch?.status !== 'in_progress') return;
      const nowMs = clock.nowMs();
      const errors = ending === KEY_ENDED ? { errors: JSON.stringify([KEY_ENDED_ERROR]) } : {};
      const at = { finalizing_at: nowMs, decided_at: nowMs };
      await store.updateBatch(tx, id, {
        status: 'finalizing',
        ...at,
        ...errors,
        ending: JSON.stringify(ending),
      });
    });
    changed(this.#context);
  }

  /** Each step is done once, also where two processes do it: it locks the batch before its lines, as those do who store answers. */
  async #end(batch: BatchRow): Promise<void> {
    const { clock, storage } = this.#context;
    const { status, rest } = JSON.parse(batch.ending ?? '') as Ending;
    const step = <T>(work: (tx: Db) => Promise<T>): Promise<T> =>
      storage.transaction(async (tx) => {
        await lines.lockBatches(tx, [batch.id]);
        return work(tx);
      });
    if (batch.in_progress_at === null) await step((tx) => lines.deleteLines(tx, batch.id));
    for (;;) {
      const nowMs = clock.nowMs();
      const runsToo = nowMs - (batch.decided_at ?? 0) >= GRACE_MS;
      const ended = await step(async (tx) => {
        const open = await lines.openLines(tx, batch.id, { nowMs, limit: SLICE, runsToo });
        for (const line of open) await lines.settleLine(tx, line, notRun(line, rest));
        return open.length;
      });
      if (ended < SLICE) break;
    }
    // Lines that run may still end: it is looked at again.
    if (await lines.anyOpen(storage.db, batch.id)) return;
    await step((tx) => this.#finish(tx, batch.id, status));
    changed(this.#context);
  }

  async #finish(tx: Db, id: string, status: Ending['status']): Promise<void> {
    const batch = await store.lockBatch(tx, id);
    if (batch === undefined || batch.finished_at !== null) return;
    const nowMs = this.#context.clock.nowMs();
    const file = async (part: Part, bytes: number): Promise<string | null> => {
      if (bytes === 0) return null;
      const row = {
        id: newId('file'),
        owner_id: batch.owner_id,
        purpose: 'batch_output',
        filename: `${id}_${part}.jsonl`,
        bytes,
        created_at: nowMs,
        expires_at: nowMs + batch.output_kept_ms,
        is_ready: 1,
        batch_id: id,
        part,
      } as const;
      await insertFile(tx, row);
      return row.id;
    };
    await store.updateBatch(tx, id, {
      status,
      finished_at: nowMs,
      output_file_id: await file('output', batch.output_bytes),
      error_file_id: await file('error', batch.error_bytes),
    });
  }
}

const hasWork = (batch: BatchRow, nowMs: number): boolean =>
  batch.status !== 'in_progress' ||
  batch.completed + batch.failed >= batch.total ||
  batch.expires_at <= nowMs;

const KEY_MESSAGE = 'The key of the batch, or its owner, has ended: nothing of it is run any more.';
const KEY_ENDED_ERROR = { code: 'key_revoked', message: KEY_MESSAGE, param: null, line: null };
const KEY_ENDED: Ending = { status: 'completed', rest: { code: 'key_revoked', message: KEY_MESSAGE } };

const COMPLETED: Ending = {
  status: 'completed',
  rest: { code: 'internal', message: 'This request was not run.' },
};

const EXPIRED: Ending = {
  status: 'expired',
  rest: {
    code: 'batch_expired',
    message: 'This request could not be executed before the completion window expired.',
  },
};
