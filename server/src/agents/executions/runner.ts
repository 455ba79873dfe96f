import { randomUUID } from 'node:crypto';
import { Every } from '../../base/every.ts';
import { LeaseLostError, withoutPermit, type Held } from '../../storage/index.ts';
import type { AgentsContext } from '../context.ts';
import * as store from '../store/execution-store.ts';
import { advance } from './advance.ts';

/** A process that is silent for so long loses its executions to another; less where jobs have shorter leases. */
const LEASE_MAX_MS = 10_000;
const LOOK_MS = 1_000;
const CLAIM_MAX = 100;
/** Executions that one process follows. */
const FOLLOWED_MAX = 5_000;
const FAILURE_WAIT_MAX_MS = 30_000;
const CLEAN_MS = 60_000;
const SLICE = 200;

interface Followed {
  stop: AbortController;
  done: Promise<void>;
}

/**
 * Advances executions from the database: one process at a time, and another one after its death. It waits for news of their
 * jobs, and looks each second where one was lost. Guarded by agents-restart.test.ts.
 */
export class Runner {
  readonly #context: AgentsContext;
  readonly #holder = randomUUID();
  readonly #leaseMs: number;
  readonly #followed = new Map<string, Followed>();
  readonly #looks: Every;
  readonly #renewals: Every;
  #cleanedMs = -Infinity;
  #isStopped = false;

  constructor(context: AgentsContext) {
    this.#context = context;
    this.#leaseMs = Math.min(context.jobs.clocks.leaseMs, LEASE_MAX_MS);
    this.#looks = new Every(LOOK_MS, () => this.#guarded(() => this.#look()));
    this.#renewals = new Every(this.#leaseMs / 3, () => this.#guarded(() => this.#renew()));
  }

  start(): void {
    this.#looks.start();
    this.#renewals.start();
    void this.#looks.run();
  }

  /** Releases its executions, for others to take at once. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await Promise.all([this.#looks.stop(), this.#renewals.stop()]);
    const followed = [...this.#followed.values()];
    for (const { stop } of followed) stop.abort();
    await Promise.all(followed.map(({ done }) => done));
    if (followed.length > 0)
      await this.#context.storage
        .transaction((tx) => store.releaseAll(tx, this.#holder), { durable: false })
        .catch(() => undefined);
  }

  /** For a row that this process takes; `follow` after the commit. @param fence of the row before */
  lease(fence: number): { holder: string; until_at: number; fence: number } {
    return { holder: this.#holder, until_at: this.#context.clock.nowMs() + this.#leaseMs, fence: fence + 1 };
  }

  /** Advances an execution that this process has taken, also after the request that began it. */
  follow(id: string, fence: number): void {
    if (this.#isStopped) return;
    const held: Held = { table: store.TABLE, key: { id }, holder: this.#holder, fence };
    const before = this.#followed.get(id);
    before?.stop.abort();
    const stop = new AbortController();
    const done = withoutPermit(async () => {
      await before?.done;
      await this.#advanceUntilOver(held, stop.signal);
      if (this.#followed.get(id)?.stop === stop) this.#followed.delete(id);
    });
    this.#followed.set(id, { stop, done });
  }

  async #advanceUntilOver(held: Held, signal: AbortSignal): Promise<void> {
    const { jobs, logger } = this.#context;
    const id = String(held.key['id']);
    let watched: readonly string[] = [];
    let failures = 0;
    while (!signal.aborted) {
      const round = new AbortController();
      const both = AbortSignal.any([signal, round.signal]);
      // Before the read: a change after it must not be missed. One resolves after a second at the latest.
      const changes = [id, ...watched].map((one) => jobs.news.next(one, both));
      try {
        const advanced = await advance(this.#context, held, signal);
        if (advanced.isOver) return round.abort();
        const { hasChanged, jobIds } = advanced;
        const isWatched = jobIds.every((one) => watched.includes(one));
        watched = jobIds;
        failures = 0;
        if (!hasChanged && isWatched) await Promise.race(changes);
      } catch (error) {
        if (error instanceof LeaseLostError || signal.aborted) return round.abort();
        logger.warn({ err: error, execution: id }, 'an execution was not advanced');
        await this.#pause(Math.min(LOOK_MS * 2 ** failures++, FAILURE_WAIT_MAX_MS), signal);
      }
      round.abort();
    }
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const { jobs, clock } = this.#context;
    const endsMs = clock.monotonicMs() + ms;
    while (!signal.aborted && clock.monotonicMs() < endsMs) await jobs.news.next('', signal);
  }

  async #look(): Promise<void> {
    const { storage, clock } = this.#context;
    const limit = Math.min(CLAIM_MAX, FOLLOWED_MAX - this.#followed.size);
    const nowMs = clock.nowMs();
    if (limit > 0 && (await store.anyFree(storage.db, nowMs))) {
      const taking = { holder: this.#holder, nowMs, untilMs: nowMs + this.#leaseMs, limit };
      const taken = await storage.transaction((tx) => store.claimExecutions(tx, taking), { durable: false });
      for (const { id, fence } of taken) this.follow(id, fence);
    }
    if (clock.monotonicMs() - this.#cleanedMs > CLEAN_MS) await this.#clean();
  }

  async #renew(): Promise<void> {
    if (this.#followed.size === 0) return;
    const { storage, clock } = this.#context;
    const untilMs = clock.nowMs() + this.#leaseMs;
    await storage.transaction((tx) => store.renewAll(tx, this.#holder, untilMs), { durable: false });
  }

  /** Executions are kept as long as jobs. */
  async #clean(): Promise<void> {
    const { storage, clock, jobs } = this.#context;
    this.#cleanedMs = clock.monotonicMs();
    const beforeMs = clock.nowMs() - jobs.limits.keptMs;
    for (;;) {
      const deleted = await storage.transaction((tx) => store.deleteFinished(tx, beforeMs, SLICE), {
        durable: false,
      });
      if (deleted < SLICE) return;
    }
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    await work().catch((error: unknown) =>
      this.#context.logger.warn({ err: error }, 'executions were not looked at'),
    );
  }
}
