import { setTimeout as sleep } from 'node:timers/promises';
import { Every } from '../base/every.ts';
import { GroupCommit } from '../base/group-commit.ts';
import type { Budget, BudgetView } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { Db, Storage } from '../storage/index.ts';
import * as store from './budget-store.ts';
import { slotOf, spentIn, viewOf } from './budget.ts';
import type { BudgetHolder, Refusal, SlotKey, Spend, SpentBudget } from './budget.ts';
import { carryOver } from './carry.ts';
import { refusedForGood, type Ask, type Decision } from './grant.ts';
import { Ledger } from './ledger.ts';
import { DAY_MS } from './periods.ts';
import { Hold, takeFromMemory, type Demand } from './plan.ts';

const LEASE_MS = 45_000;
const FLUSH_MS = 500;
const CLEAN_MS = 10_000;
/** Expired leases do not count; their rows are kept for a process that wakes up again. */
const EXPIRED_KEPT_MS = 60_000;
/** Two months: the budget of a month, and requests that run over its end. */
const PERIODS_KEPT_MS = 62 * DAY_MS;
const KEYS_PER_READ = 1_000;
/** How long a refusal waits for idle amounts of other nodes, which look each half second. */
const RECALL_MS = 1_500;
const RECALL_POLL_MS = 50;

/** Until `settle` of the same Budgets. */
export type Reservation = Pick<Hold, 'isSettled' | 'share'>;

export interface BudgetsOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  /** How long blocks of this process outlive its last transaction. @default 45,000 */
  leaseMs?: number;
  /** Between writes of settlements. @default 500 */
  flushMs?: number;
}

const NO_RESERVATION = new Hold([], [], 'whole');

/**
 * Budgets of keys and owners. A request reserves before it begins and settles once at its end; all processes on one database
 * together never reserve more than there is. A process holds a block of each budget, and works in memory; near the end of a
 * budget it asks the database for each request. Blocks of a dead process are free after 45 s
 * (docs/decisions/0009-budgets-in-blocks.md).
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #ledger: Ledger;
  readonly #asks = new GroupCommit((asks: (Ask | null)[]) => this.#answer(asks));
  readonly #maintenance: Every;
  #cleanedMs = -Infinity;

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#ledger = new Ledger({ ...options, leaseMs: options.leaseMs ?? LEASE_MS });
    this.#maintenance = new Every(options.flushMs ?? FLUSH_MS, () => this.#maintain());
  }

  /** Idempotent. */
  start(): void {
    this.#maintenance.start();
  }

  /** Writes settlements and gives back all but the reservations of running requests. Idempotent. */
  async stop(): Promise<void> {
    await Promise.all([this.#maintenance.stop(), this.#asks.idle()]);
    await this.#ledger
      .close()
      .catch((error: unknown) => this.#options.logger.error({ err: error }, 'budget settlements are lost'));
  }

  /** Writes settlements, and gives back idle amounts. @throws KeywardError `storage_unavailable` */
  flush(): Promise<void> {
    return this.#ledger.flush();
  }

  /** @throws KeywardError `storage_unavailable` */
  async view(holderId: string, budgets: readonly Budget[]): Promise<BudgetView[]> {
    return (await this.views([{ id: holderId, budgets }])).get(holderId) ?? [];
  }

  /**
   * One read for each 1,000 holders that have budgets. Exact for this process, and at most half a second old for others.
   * @throws KeywardError `storage_unavailable`
   */
  async views(
    holders: readonly { id: string; budgets: readonly Budget[] }[],
  ): Promise<Map<string, BudgetView[]>> {
    const nowMs = this.#options.clock.nowMs();
    const views = new Map<string, BudgetView[]>(holders.map(({ id }) => [id, []]));
    const limited = holders.filter(({ budgets }) => budgets.length > 0);
    for (let i = 0; i < limited.length; i += KEYS_PER_READ) {
      const some = limited.slice(i, i + KEYS_PER_READ);
      const slots = some.flatMap(({ id, budgets }) => budgets.map((budget) => slotOf(id, budget, nowMs)));
      await this.#ledger.read(slots, (slotTotals) => {
        for (const { id, budgets } of some) {
          const view = (budget: Budget): BudgetView => {
            const { used: settled, others } = slotTotals.at(slotOf(id, budget, nowMs));
            return viewOf(budget, { settled, reserved: others.busy }, nowMs);
          };
          views.set(id, budgets.map(view));
        }
      });
    }
    return views;
  }

  /**
   * Takes from all budgets of all holders, or from none. A budget whose unit has no estimate is not checked, but the
   * settlement counts in it. A promise only where the database is asked; it rejects with `storage_unavailable`, or with
   * `invalid_input` for a budget whose amount is not decimal text.
   */
  reserve(
    holders: readonly BudgetHolder[],
    wanted: Spend | Demand,
  ): Reservation | Refusal | Promise<Reservation | Refusal> {
    try {
      const demand = 'least' in wanted ? wanted : { least: wanted, most: wanted, whole: wanted };
      const nowMs = this.#options.clock.nowMs();
      const plan = this.#ledger.planOf(holders, nowMs);
      if (plan.entries.length === 0) return NO_RESERVATION;
      const hold = takeFromMemory(plan, { demand, isHeld: this.#ledger.holds(nowMs) });
      return hold ?? refusedForGood(plan, demand, nowMs) ?? this.#askDatabase(holders, demand);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /**
   * Counts `actual` in the period of the reservation, also where it is more than was reserved. Idempotent. Never rejects:
   * failed writes are tried again.
   * @returns a promise where something is given back near the end of a budget, which is written at once.
   */
  settle(reservation: Reservation, actual: Spend): undefined | Promise<void> {
    if (!(reservation instanceof Hold) || reservation.isSettled) return undefined;
    if (reservation.states.length === 0) return undefined;
    reservation.isSettled = true;
    let isUrgent = false;
    for (const [index, state] of reservation.states.entries()) {
      const held = reservation.amounts[index] ?? 0;
      const took = spentIn(state.slot.unit, actual);
      if (held === 0 && took === 0) continue;
      const live = this.#ledger.liveState(state);
      live.settle(held, took);
      // Near the end of a budget others wait for what is given back.
      if (!live.isExact || took >= held) continue;
      this.#ledger.hurry(live);
      isUrgent = true;
    }
    return isUrgent ? this.#writeSoon() : undefined;
  }

  /** @returns a spent budget; null: the requests were taken from all budgets. */
  spend(
    holders: readonly BudgetHolder[],
    requests: number,
  ): SpentBudget | null | Promise<SpentBudget | null> {
    const spend = { requests, tokens: 0, usdNano: 0, gpuMs: 0 };
    const settled = (reservation: Reservation | Refusal): SpentBudget | null | Promise<null> => {
      if ('refused' in reservation) return reservation.refused;
      return this.settle(reservation, spend)?.then(() => null) ?? null;
    };
    const reservation = this.reserve(holders, spend);
    return reservation instanceof Promise ? reservation.then(settled) : settled(reservation);
  }

  /** In the transaction that changes the budgets of a holder: new or renamed budgets begin with the former use. */
  carryOver(tx: Db, holderId: string, before: readonly Budget[], after: readonly Budget[]): Promise<void> {
    const unwrittenIn = (slot: SlotKey): number => this.#ledger.unwrittenIn(slot);
    return carryOver(tx, { holderId, before, after, nowMs: this.#options.clock.nowMs(), unwrittenIn });
  }

  async #askDatabase(holders: readonly BudgetHolder[], demand: Demand): Promise<Reservation | Refusal> {
    const ask = { holders, demand, waitsUntilMs: this.#options.clock.monotonicMs() + RECALL_MS };
    for (;;) {
      const decision = await this.#asks.add(ask);
      if (decision !== 'wait') return decision;
      await sleep(RECALL_POLL_MS);
    }
  }

  async #writeSoon(): Promise<void> {
    await this.#asks.add(null).catch((error: unknown) => {
      this.#options.logger.warn(
        { err: error },
        'budget settlements could not be written; the next write includes them',
      );
    });
  }

  async #answer(asks: (Ask | null)[]): Promise<Decision[]> {
    const real = asks.filter((ask) => ask !== null);
    const decisions = await this.#ledger.answer(real);
    let next = 0;
    return asks.map((ask) => (ask === null ? NO_RESERVATION : (decisions[next++] as Decision)));
  }

  async #maintain(): Promise<void> {
    const { storage, clock, logger } = this.#options;
    const clean = async (): Promise<void> => {
      if (clock.monotonicMs() - this.#cleanedMs < CLEAN_MS) return;
      this.#cleanedMs = clock.monotonicMs();
      const nowMs = clock.nowMs();
      await storage.transaction(
        async (tx) => {
          await store.deleteExpired(tx, nowMs - EXPIRED_KEPT_MS);
          await store.deletePeriodsBefore(tx, nowMs - PERIODS_KEPT_MS);
        },
        { durable: false },
      );
    };
    await this.#ledger
      .flush()
      .then(clean)
      .catch((error: unknown) =>
        logger.warn({ err: error }, 'budget settlements could not be written; the next write includes them'),
      );
  }
}
