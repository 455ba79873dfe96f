import { sql } from 'kysely';
import type { Db } from '../storage/index.ts';
import { AMOUNT_MAX } from '../access/index.ts';

export type Dimensions = {
  /** When the hour began, ms. */
  hour: number;
  key_id: string;
  owner_id: string;
  model: string;
  worker: string;
  /** 'ok', or the code of the refusal. */
  code: string;
};

/** Of `usage_hours`. */
export type HourRow = Dimensions & {
  requests: number;
  tokens_in: number;
  tokens_out: number;
  usd_nano: number;
  gpu_ms: number;
  estimated_requests: number;
};

const DIMENSIONS = ['hour', 'key_id', 'owner_id', 'model', 'worker', 'code'] as const;
export const SUMS = [
  'requests',
  'tokens_in',
  'tokens_out',
  'usd_nano',
  'gpu_ms',
  'estimated_requests',
] as const satisfies (keyof HourRow)[];

/** Unique per row; all processes write in the order of these texts and cannot deadlock. */
export function rowId({ hour, key_id, owner_id, model, worker, code }: Dimensions): string {
  return `${hour}\0${key_id}\0${owner_id}\0${model}\0${worker}\0${code}`;
}

/** @param rows each combination once. */
export async function addHours(tx: Db, rows: readonly HourRow[]): Promise<void> {
  const added = Object.fromEntries(SUMS.map((name) => [name, boundedSum(name)]));
  await tx
    .withTables<{ usage_hours: HourRow }>()
    .insertInto('usage_hours')
    .values(rows)
    .onConflict((conflict) => conflict.columns(DIMENSIONS).doUpdateSet(added))
    .execute();
}

function boundedSum(name: (typeof SUMS)[number]) {
  const sum = sql`${sql.ref(`usage_hours.${name}`)} + ${sql.ref(`excluded.${name}`)}`;
  return sql<number>`case when ${sum} > ${sql.lit(AMOUNT_MAX)} then ${sql.lit(AMOUNT_MAX)} else ${sum} end`;
}

/** PostgreSQL only: for `wasCommitted`, when the answer to the commit was lost. */
export async function transactionId(tx: Db): Promise<string> {
  const { rows } = await sql<{ id: string }>`select cast(pg_current_xact_id() as text) as id`.execute(tx);
  return rows[0]?.id ?? '';
}

/** PostgreSQL only. @returns undefined while it still runs. */
export async function wasCommitted(db: Db, transactionId: string): Promise<boolean | undefined> {
  const { rows } = await sql<{
    status: string | null;
  }>`select pg_xact_status(cast(cast(${transactionId} as text) as xid8)) as status`.execute(db);
  const status = rows[0]?.status;
  return status === 'in progress' ? undefined : status === 'committed';
}
