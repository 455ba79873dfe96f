import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { tables } from './rows.ts';

/** For so long a repeat is recognised. */
const KEPT_MS = 7 * 86_400_000;
/** At once: after a day with a million of them nobody waits for their end. */
const FORGOTTEN_MAX = 500;

export async function findRepeat(
  tx: Db,
  ownerId: string,
  idempotencyKey: string,
): Promise<{ key_id: string; request_hash: string } | undefined> {
  return tables(tx)
    .selectFrom('key_idempotency')
    .select(['key_id', 'request_hash'])
    .where('owner_id', '=', ownerId)
    .where('idempotency_key', '=', idempotencyKey)
    .executeTakeFirst();
}

/** @returns false where the same owner has sent this key before, also at the same moment. */
export async function rememberRequest(
  tx: Db,
  row: { owner_id: string; idempotency_key: string; request_hash: string; key_id: string; at: number },
): Promise<boolean> {
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
