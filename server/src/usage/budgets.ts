import type { Budget } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import { newId } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { Mutex } from '../base/mutex.ts';
import type { Storage } from '../storage/index.ts';
import { parseAmount } from './amounts.ts';
import { Batches } from './batches.ts';
import * as store from './budget-store.ts';
import { slotOf, spentIn, viewOf } from './budget.ts';
import type { BudgetHolder, BudgetView, Refusal, Spend } from './budget.ts';
import { concernedSlots, decide, distinct, rangeOf, reservationRows, sharesOf } from './grant.ts';
import type { Ask, Granted, Open } from './grant.ts';
import { DAY_MS } from './periods.ts';
import { Settlements } from './settlements.ts';

const RESERVATION_MS = 45_000;
const RENEW_MS = 10_000;
/** Expired reservations count no more at once; their rows are kept a little for a process that wakes up again. */
const EXPIRED_KEPT_MS = 60_000;
/** Two months: a month's budget, and a request that ran over its end. */
const PERIODS_KEPT_MS = 62 * DAY_MS;
const KEYS_PER_READ = 1_000;

/** A hold on budgets until `settle`. Means something only to the Budgets that made it. */
export interface Reservation {
  /** Empty where there are no budgets. */
  readonly id: string;
}

export interface BudgetsOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  /** Of this process; written beside its reservations. */
  nodeId: string;
  /** How long a reservation outlives its last renewal, ms; default 45,000. */
  reservationMs?: number;
  /** How often open reservations are renewed and expired ones cleared away, ms; default 10,000. */
  renewMs?: number;
}

const NO_RESERVATION: Reservation = Object.freeze({ id: '' });
const NOTHING_TO_RESERVE: Promise<Reservation> = Promise.resolve(NO_RESERVATION);
const NOTHING_TO_SETTLE: Promise<void> = Promise.resolve();

/**
 * What keys and owners may spend. A request reserves what it may need before it begins and settles what it took at its end, once;
 * never is more reserved than there is, also by several processes on one database. A reservation is renewed while its
 * process lives; when the process dies it counts no longer after 45 s, and nothing of it is counted.
 * Processes compare expiry by their wall clocks: machines must agree to within half a minute.
 */
export class Budgets {
  readonly #options: BudgetsOptions;
  readonly #open = new Map<string, Open>();
  readonly #turns = new Mutex();
  readonly #asks = new Batches((asks: Ask[]) => this.#grant(asks));
  readonly #settlements: Settlements;
  #timer: NodeJS.Timeout | undefined;
  #maintaining: Promise<void> | undefined;

  constructor(options: BudgetsOptions) {
    this.#options = options;
    this.#settlements = new Settlements({ ...options, turns: this.#turns });
  }

  /** Begins to renew open reservations and to clear expired ones away. Twice is fine. */
  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => {
      // One at a time: while the database is away they must not line up.
      this.#maintaining ??= this.#maintain().finally(() => (this.#maintaining = undefined));
    }, this.#options.renewMs ?? RENEW_MS);
    this.#timer.unref();
  }

  /** Waits for running reservations and settlements. What is still reserved expires by itself. Twice is fine. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.all([this.#maintaining, this.#asks.idle(), this.#settlements.stop()]);
  }

  /** @throws KeywardError `storage_unavailable` */
  async view(keyId: string, budgets: readonly Budget[]): Promise<BudgetView[]> {
    return (await this.views([{ id: keyId, budgets }])).get(keyId) ?? [];
  }

  /** For lists: one query for each 1,000 keys that have budgets. @throws KeywardError `storage_unavailable` */
  async views(
    keys: readonly { id: string; budgets: readonly Budget[] }[],
  ): Promise<Map<string, BudgetView[]>> {
    const nowMs = this.#options.clock.nowMs();
    const views = new Map<string, BudgetView[]>(keys.map(({ id }) => [id, []]));
    const limited = keys.filter(({ budgets }) => budgets.length > 0);
    for (let i = 0; i < limited.length; i += KEYS_PER_READ) {
      const some = limited.slice(i, i + KEYS_PER_READ);
      const slots = some.flatMap(({ id, budgets }) => budgets.map((budget) => slotOf(id, budget, nowMs)));
      const balances = await store.readBalances(this.#options.storage.db, rangeOf(slots, nowMs));
      for (const { id, budgets } of some) {
        const view = (budget: Budget) => viewOf(budget, balances.at(slotOf(id, budget, nowMs)), nowMs);
        views.set(id, budgets.map(view));
      }
    }
    return views;
  }

  /**
   * Takes `estimate` from all budgets of all holders, or from none. Budgets in whose unit nothing is estimated are not
   * asked, but the settlement counts in them. Holders without budgets cost nothing.
   * @throws KeywardError `storage_unavailable`; then nothing is held, or for 45 s at most. `invalid_input` for a
   *   budget whose amount is no decimal text.
   */
  reserve(holders: readonly BudgetHolder[], estimate: Spend): Promise<Reservation | Refusal> {
    const limited = holders.filter(({ budgets }) => budgets.length > 0);
    return limited.length === 0 ? NOTHING_TO_RESERVE : this.#ask({ holders: limited, estimate });
  }

  /**
   * Gives the reservation back and counts what was taken, in full even where it is more than was reserved, in the
   * period in which it was reserved. A second call does nothing. Never rejects: what the database does not take is
   * kept in memory and tried again.
   */
  settle(reservation: Reservation, actual: Spend): Promise<void> {
    const open = this.#open.get(reservation.id);
    if (open === undefined) return NOTHING_TO_SETTLE;
    this.#open.delete(reservation.id);
    const rowIds = open.flatMap(({ rowId }) => rowId ?? []);
    const uses = open
      .flatMap(({ holderId, parts }) => parts.map((part) => ({ holderId, part })))
      .map(({ holderId, part }) => [store.slotOfPart(holderId, part), spentIn(part.unit, actual)] as const)
      .filter(([, amount]) => amount > 0);
    if (rowIds.length === 0 && uses.length === 0) return NOTHING_TO_SETTLE;
    return this.#settlements.add({ rowIds, uses });
  }

  async #ask(ask: Ask): Promise<Reservation | Refusal> {
    const budgets = ask.holders.flatMap((holder) => holder.budgets);
    // Here and not among many in one transaction, where a wrong amount would be everybody's failure.
    for (const { unit, amount } of budgets) parseAmount(unit, amount);
    if (budgets.some(({ unit }) => spentIn(unit, ask.estimate) > 0)) return this.#asks.add(ask);
    return this.#admit({ id: newId('res'), open: sharesOf(ask, this.#options.clock.nowMs(), null) });
  }

  /** One transaction for all who ask at this moment, in the order they came. */
  async #grant(asks: Ask[]): Promise<(Reservation | Refusal)[]> {
    const { storage, clock, nodeId } = this.#options;
    const decisions = await storage.transaction(
      async (tx) => {
        const nowMs = clock.nowMs();
        const slots = distinct(asks.flatMap((ask) => concernedSlots(ask, nowMs)));
        await store.lockSlots(tx, storage.dialect, slots);
        const balances = await store.readBalances(tx, rangeOf(slots, nowMs));
        const decisions = asks.map((ask) => decide(ask, balances, nowMs));
        const rows = decisions.flatMap((decision) =>
          'refused' in decision ? [] : reservationRows(decision, nodeId, nowMs + this.#reservationMs),
        );
        await store.insertReservations(tx, rows);
        return decisions;
      },
      { durable: false },
    );
    return decisions.map((decision) => ('refused' in decision ? decision : this.#admit(decision)));
  }

  #admit({ id, open }: Granted): Reservation {
    this.#open.set(id, open);
    return { id };
  }

  get #reservationMs(): number {
    return this.#options.reservationMs ?? RESERVATION_MS;
  }

  async #maintain(): Promise<void> {
    const { storage, clock, logger } = this.#options;
    const work = async (): Promise<void> => {
      const ids = [...this.#open.values()].flatMap((open) => open.flatMap(({ rowId }) => rowId ?? []));
      const nowMs = clock.nowMs();
      await storage.transaction(
        async (tx) => {
          const renewal = { ids, expiresAt: nowMs + this.#reservationMs };
          if (ids.length > 0) await store.renewReservations(tx, storage.dialect, renewal);
          await store.deleteExpired(tx, storage.dialect, nowMs - EXPIRED_KEPT_MS);
          await store.deletePeriodsBefore(tx, nowMs - PERIODS_KEPT_MS);
        },
        { durable: false },
      );
    };
    await this.#turns
      .run(work)
      .catch((error: unknown) => logger.warn({ err: error }, 'budget reservations could not be renewed'));
  }
}
