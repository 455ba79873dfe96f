import { randomUUID } from 'node:crypto';
import { isoTime } from '../../base/clock.ts';
import { Every } from '../../base/every.ts';
import { jsonIn } from '../../base/json-text.ts';
import { findAdminOwner } from '../../keys/index.ts';
import { booksOf, type Storage } from '../../storage/index.ts';
import type { JobsContext } from '../context.ts';
import { asKeyAllows, misfit, type Spec } from '../spec.ts';
import { openLanes } from '../store/lane-store.ts';
import { seenSince } from '../store/worker-store.ts';
import { bookedFor, candidateOf, ONLINE_MS, stateOf } from '../workers/worker.ts';
import * as store from './waiting-store.ts';
import { TIMEOUT_MS, type Webhooks } from './webhooks.ts';

const WORKERS_MAX = 2_000;
/** Models with a report of their own at a time. */
const WAITING_MAX = 1_000;
const AT_ONCE = 20;
/** Of a key of an index. */
const MODELS_MAX_LENGTH = 800;

/**
 * Reports work that waits while no worker that is online can do it to the operator's address, so that a sleeping machine can
 * be woken. Once for its models, until a worker comes or nothing waits any more; by one server of several.
 */
export class WaitingWork {
  readonly #context: JobsContext;
  readonly #storage: Storage;
  readonly #webhooks: Webhooks;
  readonly #url: string | undefined;
  readonly #looks: Every;

  /** @param url undefined: nothing is reported */
  constructor(context: JobsContext, webhooks: Webhooks, url: string | undefined) {
    this.#context = context;
    this.#storage = booksOf(context.storage);
    this.#webhooks = webhooks;
    this.#url = url;
    this.#looks = new Every(context.clocks.sweepMs, () => this.#look());
  }

  start(): void {
    if (this.#url !== undefined) this.#looks.start();
  }

  stop(): Promise<void> {
    return this.#looks.stop();
  }

  async #look(): Promise<void> {
    const { clock, logger } = this.#context;
    try {
      await this.#note();
      const nowMs = clock.nowMs();
      const known = await store.allWaiting(this.#storage.db);
      if (!known.some(({ next_at: at }) => at !== null && at <= nowMs)) return;
      const due = await this.#storage.transaction(
        (tx) => store.claimWaiting(tx, { nowMs, retryMs: nowMs + 2 * TIMEOUT_MS, limit: AT_ONCE }),
        { durable: false },
      );
      await Promise.all(due.map((row) => this.#send(row)));
    } catch (error) {
      logger.warn({ err: error }, 'waiting work could not be reported');
    }
  }

  /** Periods of waiting that begin or end. */
  async #note(): Promise<void> {
    const waiting = await this.#waiting();
    const known = await store.allWaiting(this.#storage.db);
    const over = known.filter(({ models }) => !waiting.has(models)).map(({ id }) => id);
    const names = new Set(known.map(({ models }) => models));
    const nowMs = this.#context.clock.nowMs();
    const begun = [...waiting]
      .filter(([models]) => !names.has(models))
      .slice(0, Math.max(0, WAITING_MAX - known.length))
      .map(([models, since]) => ({ models, since, id: `msg_${randomUUID()}`, tries: 0, next_at: nowMs }));
    if (over.length + begun.length === 0) return;
    await this.#storage.transaction(
      async (tx) => {
        await store.endWaiting(tx, over);
        await store.addWaiting(tx, begun);
      },
      { durable: false },
    );
  }

  /** The models for which work has waited for a look at least, with the time of the first job. */
  async #waiting(): Promise<Map<string, number>> {
    const { clock, clocks, submitters, ceilings } = this.#context;
    const { db } = this.#storage;
    const nowMs = clock.nowMs();
    const lanes = (await openLanes(db)).filter(({ head }) => head <= nowMs - clocks.sweepMs);
    const waiting = new Map<string, number>();
    if (lanes.length === 0) return waiting;
    const workers = (await seenSince(db, nowMs - ONLINE_MS, WORKERS_MAX)).filter(
      (row) => !['draining', 'paused'].includes(stateOf(row, nowMs)),
    );
    const keyIds = lanes.flatMap(({ key_id: id }) => (id === '' ? [] : [id]));
    const callers = await submitters.callers(db, keyIds);
    await ceilings.read([...callers.values()].filter((caller) => caller !== undefined));
    for (const { owner_id: ownerId, key_id: keyId, head, spec: text } of lanes) {
      const caller = callers.get(keyId);
      // Its key has ended: no worker would get a job of it.
      if (caller === undefined && keyId !== '') continue;
      const allowed = caller && { caller, ceiling: ceilings.of(caller) };
      const spec = asKeyAllows(JSON.parse(text) as Spec, allowed);
      const isServed = workers.some((row) => {
        const onlyFor = bookedFor(row, nowMs);
        return (onlyFor === undefined || onlyFor === ownerId) && misfit(spec, candidateOf(row)) === undefined;
      });
      if (isServed) continue;
      const models = textOf(spec.models);
      waiting.set(models, Math.min(head, waiting.get(models) ?? Infinity));
    }
    return waiting;
  }

  #send(row: store.WaitingRow): Promise<void> {
    return this.#webhooks.attempt({
      url: this.#url ?? '',
      tries: row.tries,
      named: {},
      lost: 'waiting work could not be reported',
      post: () => this.#post(row),
      note: (tx, nextMs) => store.setNext(tx, row.id, nextMs ?? null),
    });
  }

  async #post({ models, id, since }: store.WaitingRow): Promise<string | undefined> {
    const admin = await findAdminOwner(this.#storage.db);
    if (admin === undefined || this.#url === undefined)
      return 'There is no owner admin, whose secret signs it.';
    const data = { models: jsonIn(models), waiting_since: isoTime(since) };
    const body = JSON.stringify({
      type: 'queue.waiting',
      timestamp: isoTime(this.#context.clock.nowMs()),
      data,
    });
    return this.#webhooks.deliver({ url: this.#url, ownerId: admin.id }, { id, body });
  }
}

/** JSON; of a long list the first ones. */
function textOf(models: readonly string[]): string {
  const text = JSON.stringify(models);
  const isLong = text.length > MODELS_MAX_LENGTH && models.length > 1;
  return isLong ? textOf(models.slice(0, Math.ceil(models.length / 2))) : text;
}
