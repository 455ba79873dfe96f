import { sql } from 'kysely';
import { unchanged, type Db } from '../../storage/index.ts';
import type { Key, KeyWithSecrets } from '../key.ts';
import { deleteAncestors, insertAncestors, keysFromRows } from './line-store.ts';
import { deleteScopeUses } from './scope-use-store.ts';
import { joined, rowFromKey, secretFromRow, tables, type KeyRow, type SecretRow } from './rows.ts';

/** The condition of the index `keys_unlimited`, literally: otherwise the index does not apply. */
const IS_UNLIMITED = `keys.state = 'active' and keys.expires_at is null and keys.grants like '%"*"%'`;

export async function insertKey(tx: Db, key: Key): Promise<void> {
  await tables(tx).insertInto('keys').values(rowFromKey(key)).execute();
  await insertAncestors(tx, key);
}

/** @returns false where another secret has the same digest: it is the same secret. */
export async function insertSecret(tx: Db, secret: SecretRow): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('key_secrets')
    .values(secret)
    .onConflict((conflict) => conflict.column('digest').doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

export async function findKey(db: Db, id: string): Promise<KeyWithSecrets | undefined> {
  const rows = await joined(db).where('keys.id', '=', id).execute();
  const [key] = await withSecrets(db, await keysFromRows(db, rows));
  return key;
}

export async function findPlainKey(db: Db, id: string): Promise<Key | undefined> {
  return (await findPlainKeys(db, [id]))[0];
}

export const findPlainKeys = async (db: Db, ids: readonly string[]): Promise<Key[]> =>
  keysFromRows(db, await joined(db).where('keys.id', 'in', ids).execute());

/** Of the keys of an owner that are not revoked. */
export async function grantsOfOwner(db: Db, ownerId: string): Promise<Pick<Key, 'id' | 'grants'>[]> {
  const query = joined(db).where('keys.owner_id', '=', ownerId).where('keys.state', '<>', 'revoked');
  return (await query.execute()).map(({ id, grants }) => ({ id, grants: JSON.parse(grants) as string[] }));
}

const UNLIMITED_MAX = 1_000;

/** Active keys with all scopes and no expiry, whatever their selectors and limits. */
export async function unlimitedKeys(db: Db): Promise<Key[]> {
  const query = joined(db).where(sql<boolean>`${sql.raw(IS_UNLIMITED)}`);
  return keysFromRows(db, await query.orderBy('keys.id').limit(UNLIMITED_MAX).execute());
}

export async function findByNumber(db: Db, number: number): Promise<Key | undefined> {
  const rows = await joined(db).where('keys.number', '=', number).execute();
  return (await keysFromRows(db, rows))[0];
}

/**
 * Like `findKey`, in a transaction that goes on to change it: on PostgreSQL the row is locked until it ends.
 * @param seen the key as it was read before: where it is still the same, it is not read again.
 */
export async function lockKey(
  tx: Db,
  id: string,
  seen?: KeyWithSecrets,
): Promise<KeyWithSecrets | undefined> {
  // An update that changes nothing locks the row on both dialects.
  const query = tables(tx).updateTable('keys').set(unchanged('created_by')).where('id', '=', id);
  const row = await query.returning('revision').executeTakeFirst();
  return seen !== undefined && row?.revision === seen.revision ? seen : findKey(tx, id);
}

/** Does nothing where the pepper has changed meanwhile. */
export async function redigestSecret(
  tx: Db,
  { id, from, to }: { id: string; from: string; to: { digest: Uint8Array; version: string } },
): Promise<void> {
  await tables(tx)
    .updateTable('key_secrets')
    .set({ digest: to.digest, pepper: to.version })
    .where('id', '=', id)
    .where('pepper', '=', from)
    .execute();
}

/** For a key that this transaction has inserted, or that has ended and was known to nobody. */
export async function deleteKey(tx: Db, id: string): Promise<void> {
  await tables(tx).deleteFrom('key_secrets').where('key_id', '=', id).execute();
  await deleteAncestors(tx, id);
  await deleteScopeUses(tx, id);
  await tables(tx).deleteFrom('keys').where('id', '=', id).execute();
}

export async function withSecrets(db: Db, keys: Key[]): Promise<KeyWithSecrets[]> {
  if (keys.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('key_secrets')
    .selectAll()
    .where(
      'key_id',
      'in',
      keys.map((key) => key.id),
    )
    // The newest secret is the one without an end: two may be of one millisecond.
    .orderBy(sql`case when ends_at is null then 0 else 1 end`)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute();
  const ofKey = Map.groupBy(rows, (row) => row.key_id);
  return keys.map((key) => ({ ...key, secrets: (ofKey.get(key.id) ?? []).map(secretFromRow) }));
}

export async function updateKey(tx: Db, id: string, change: Partial<KeyRow>): Promise<void> {
  await tables(tx)
    .updateTable('keys')
    .set((eb) => ({ ...change, revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

export async function updateSecret(tx: Db, id: string, change: Partial<SecretRow>): Promise<void> {
  await tables(tx).updateTable('key_secrets').set(change).where('id', '=', id).execute();
}

export async function hasKeys(db: Db): Promise<boolean> {
  return (await tables(db).selectFrom('keys').select('id').limit(1).executeTakeFirst()) !== undefined;
}
