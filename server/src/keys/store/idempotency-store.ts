import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { tables, type IdempotencyRow } from './rows.ts';

/** How long a repeat is recognised. */
const KEPT_MS = 7 * 86_400_000;
/** Deleted by one request: none waits for the rows of a day with a million. */
const FORGOTTEN_MAX = 500;

export type IdempotentRequest = Omit<IdempotencyRow, 'key_id' | 'at'>;

export async function findRepeat(
  tx: Db,
  { owner_id, idempotency_key }: IdempotentRequest,
): Promise<Pick<IdempotencyRow, 'key_id' | 'request_hash'> | undefined> {
  return tables(tx)
    .selectFrom('key_idempotency')
    .select(['key_id', 'request_hash'])
    .where('owner_id', '=', owner_id)
    .where('idempotency_key', '=', idempotency_key)
    .executeTakeFirst();
}

/** @returns false where the same owner has sent this key before, also at the same moment. */
export async function rememberRequest(tx: Db, row: IdempotencyRow): Promise<boolean> {
  await tables(tx)
    .deleteFrom('key_idempotency')
    .where((eb) => {
      const old = eb
        .selectFrom('key_idempotency')
        .select(['owner_id', 'idempotency_key'])
        .where('at', '<', row.at - KEPT_MS)
        .limit(FORGOTTEN_MAX);
      return sql<boolean>`${eb.refTuple('owner_id', 'idempotency_key')} in ${old}`;
    })
    .execute();
  const result = await tables(tx)
    .insertInto('key_idempotency')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
