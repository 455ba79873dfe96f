import { randomUUID } from 'node:crypto';
import { sql, type RawBuilder } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { dialectOf } from './dialect.ts';
import type { Db, Storage } from './storage.ts';

/**
 * A row that one process at a time works on. Its table has the columns `holder` (text), `until_at` (bigint, ms since 1970,
 * 0: no holder) and `fence` (bigint).
 */
export interface LeaseRow {
  table: string;
  key: Readonly<Record<string, string | number>>;
}

export interface Held extends LeaseRow {
  holder: string;
  /** Grows when the row is taken or released: with an older one nothing can be written. */
  fence: number;
}

/** Another process has taken the row, as this one slept or did not reach the database for too long. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
  constructor({ table }: LeaseRow) {
    super(`Another process works on this row of ${table} by now.`);
  }
}

const isRow = ({ key }: LeaseRow): RawBuilder<boolean> =>
  sql<boolean>`${sql.join(
    Object.entries(key).map(([column, value]) => sql`${sql.ref(column)} = ${value}`),
    sql` and `,
  )}`;

const isHeld = (held: Held): RawBuilder<boolean> =>
  sql<boolean>`${isRow(held)} and holder = ${held.holder} and fence = ${held.fence}`;

/** For the `set` of an update that takes rows. */
export const taking = ({ holder, untilMs }: { holder: string; untilMs: number }): RawBuilder<unknown> =>
  sql`holder = ${holder}, until_at = ${untilMs}, fence = fence + 1`;

/** @returns undefined while another process holds it, and for a missing row. */
export async function takeLease(
  tx: Db,
  row: LeaseRow,
  { holder, nowMs, untilMs }: { holder: string; nowMs: number; untilMs: number },
): Promise<Held | undefined> {
  const { rows } = await sql<{ fence: number }>`
    update ${sql.table(row.table)} set ${taking({ holder, untilMs })}
    where ${isRow(row)} and until_at <= ${nowMs} returning fence`.execute(tx);
  const [taken] = rows;
  return taken && { ...row, holder, fence: taken.fence };
}

/** @returns false for a lost lease. */
export async function renewLease(tx: Db, held: Held, untilMs: number): Promise<boolean> {
  const { rows } = await sql`
    update ${sql.table(held.table)} set until_at = ${untilMs} where ${isHeld(held)} returning fence`.execute(
    tx,
  );
  return rows.length > 0;
}

/** A renewal that arrives later changes nothing. */
export async function endLease(tx: Db, held: Held): Promise<void> {
  await sql`update ${sql.table(held.table)} set until_at = 0, fence = fence + 1 where ${isHeld(held)}`.execute(
    tx,
  );
}

/**
 * First in each transaction that writes under a lease: nobody else can take the row until it ends. Uses no clock, as clocks
 * of machines differ and a process may have slept. @throws LeaseLostError
 */
export async function refuseLost(tx: Db, held: Held): Promise<void> {
  const lock = dialectOf(tx) === 'postgres' ? sql`for share` : sql``;
  const { rows } = await sql`
    select fence from ${sql.table(held.table)} where ${isHeld(held)} ${lock}`.execute(tx);
  if (rows.length === 0) throw new LeaseLostError(held);
}

/** The database for work under a lease: no transaction is committed after another process has taken the row. */
export const fencedBy = (storage: Storage, held: Held): Storage => ({
  dialect: storage.dialect,
  db: storage.db,
  transaction: (work, options) =>
    storage.transaction(async (tx) => {
      await refuseLost(tx, held);
      return work(tx);
    }, options),
  snapshot: (work) => storage.snapshot(work),
  checkWritable: () => storage.checkWritable(),
  close: () => storage.close(),
});

export interface UnderLease {
  storage: Storage;
  /** Aborted when another process has taken the row. */
  lost: AbortSignal;
}

/** Takes the row, renews it while `work` runs, and releases it. @returns false, without `work`, while another has it. */
export async function underLease(
  { storage, clock }: { storage: Storage; clock: Clock },
  row: LeaseRow,
  leaseMs: number,
  work: (lease: UnderLease) => Promise<void>,
): Promise<boolean> {
  const nowMs = clock.nowMs();
  const taker = { holder: randomUUID(), nowMs, untilMs: nowMs + leaseMs };
  const held = await storage.transaction((tx) => takeLease(tx, row, taker), { durable: false });
  if (held === undefined) return false;
  const lost = new AbortController();
  const renew = async (): Promise<void> => {
    const untilMs = clock.nowMs() + leaseMs;
    if (!(await storage.transaction((tx) => renewLease(tx, held, untilMs), { durable: false }))) lost.abort();
  };
  // While the database is away the lease is lost only if another process reaches it.
  const timer = setInterval(() => void renew().catch(() => undefined), leaseMs / 3).unref();
  try {
    await work({ storage: fencedBy(storage, held), lost: lost.signal });
    return true;
  } finally {
    clearInterval(timer);
    await storage.transaction((tx) => endLease(tx, held), { durable: false }).catch(() => undefined);
  }
}
