import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../storage/index.ts';
import type { Key, KeyState, KeyWithSecrets } from './key.ts';
import { endsBefore, stateIs } from './key-filters.ts';
import { deleteAncestors, insertAncestors, keysFromRows } from './line-store.ts';
import { joined, rowFromKey, secretFromRow, tables } from './rows.ts';
import type { JoinedKeyRow, KeyRow, SecretRow } from './rows.ts';

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

/** Those that are not revoked, by their number; of very many the newest. */
export async function listNumbered(
  db: Db,
  { ownerId, limit }: { ownerId: string | undefined; limit: number },
): Promise<KeyWithSecrets[]> {
  const isRevoked = stateIs('revoked', 0);
  let query = joined(db)
    .where(sql<boolean>`not ${isRevoked}`)
    .orderBy('keys.number', 'desc')
    .limit(limit);
  if (ownerId !== undefined) query = query.where('keys.owner_id', '=', ownerId);
  const keys = await keysFromRows(db, await query.execute());
  return withSecrets(db, keys.reverse());
}

/** What the keys of an owner hold, of those that are not revoked. */
export async function grantsOfOwner(db: Db, ownerId: string): Promise<Pick<Key, 'id' | 'grants'>[]> {
  const query = joined(db).where('keys.owner_id', '=', ownerId).where('keys.state', '<>', 'revoked');
  return (await query.execute()).map(({ id, grants }) => ({ id, grants: JSON.parse(grants) as string[] }));
}

export async function findByNumber(db: Db, number: number): Promise<Key | undefined> {
  const rows = await joined(db).where('keys.number', '=', number).execute();
  return (await keysFromRows(db, rows))[0];
}

/** Like `findKey`, in a transaction that goes on to change it: on PostgreSQL the row is locked until it ends. */
export async function lockKey(tx: Db, id: string): Promise<KeyWithSecrets | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('keys').set({ id }).where('id', '=', id).execute();
  return findKey(tx, id);
}

/** Puts a secret under another pepper; nothing where it was done meanwhile. */
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

/** For a key that was inserted in this transaction and turned out to be there already. */
export async function deleteKey(tx: Db, id: string): Promise<void> {
  await deleteAncestors(tx, id);
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
    // Exactly one secret of a key has no end: the newest. Times alone do not tell, two may be of one millisecond.
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

export interface KeyFilter {
  state?: KeyState | undefined;
  ownerId?: string | undefined;
  parentId?: string | undefined;
  role?: string | undefined;
  tag?: string | undefined;
  /** Part of a name or an id, whatever its case. */
  q?: string | undefined;
  unusedSinceMs?: number | undefined;
  expiringBeforeMs?: number | undefined;
}

export interface Place {
  createdAt: number;
  id: string;
}

/** Rows looked through at once for a filter that no index helps; the first look is small, as most find enough there. */
const WINDOW_ROWS_FIRST = 1_000;
const WINDOW_ROWS_MAX = 16_000;

/**
 * Newest first, from behind `after`. Looks back in windows: one statement that searches a million keys for a name
 * would keep SQLite, and with it this whole process and its lease, busy for a second.
 */
export async function listKeys(
  db: Db,
  filter: KeyFilter,
  page: { after: Place | undefined; limit: number; nowMs: number },
): Promise<KeyWithSecrets[]> {
  const { ownerId, parentId, ...others } = filter;
  const isSearch = Object.values(others).some((value) => value !== undefined);
  const found: JoinedKeyRow[] = [];
  let { after } = page;
  let rows = WINDOW_ROWS_FIRST;
  for (;;) {
    const until = isSearch ? await placeBehind(db, { ownerId, parentId, after, rows }) : undefined;
    const window = { after, until, limit: page.limit - found.length, nowMs: page.nowMs };
    found.push(...(await matching(db, filter, window)));
    if (until === undefined || found.length >= page.limit)
      return withSecrets(db, await keysFromRows(db, found));
    after = until;
    rows = Math.min(rows * 4, WINDOW_ROWS_MAX);
    await nextTurn();
  }
}

const isBehind = ({ createdAt, id }: Place) =>
  sql<boolean>`(keys.created_at, keys.id) < (${createdAt}, ${id})`;

/** The place of the last of the next `rows` keys; undefined where there are fewer. */
async function placeBehind(
  db: Db,
  {
    ownerId,
    parentId,
    after,
    rows,
  }: Pick<KeyFilter, 'ownerId' | 'parentId'> & {
    after: Place | undefined;
    rows: number;
  },
): Promise<Place | undefined> {
  let query = tables(db).selectFrom('keys').select(['keys.created_at as createdAt', 'keys.id as id']);
  if (ownerId !== undefined) query = query.where('keys.owner_id', '=', ownerId);
  if (parentId !== undefined) query = query.where('keys.parent_id', '=', parentId);
  if (after !== undefined) query = query.where(isBehind(after));
  const ordered = query.orderBy('keys.created_at', 'desc').orderBy('keys.id', 'desc');
  return ordered
    .limit(1)
    .offset(rows - 1)
    .executeTakeFirst();
}

async function matching(
  db: Db,
  filter: KeyFilter,
  page: { after: Place | undefined; until: Place | undefined; limit: number; nowMs: number },
): Promise<JoinedKeyRow[]> {
  let query = joined(db).orderBy('keys.created_at', 'desc').orderBy('keys.id', 'desc').limit(page.limit);
  const { after, until, nowMs } = page;
  if (after !== undefined) query = query.where(isBehind(after));
  if (until !== undefined) {
    query = query.where(sql<boolean>`(keys.created_at, keys.id) >= (${until.createdAt}, ${until.id})`);
  }
  if (filter.ownerId !== undefined) query = query.where('keys.owner_id', '=', filter.ownerId);
  if (filter.parentId !== undefined) query = query.where('keys.parent_id', '=', filter.parentId);
  if (filter.role !== undefined) query = query.where('keys.role', '=', filter.role as KeyRow['role']);
  if (filter.tag !== undefined) {
    // Exact to the letter, where the `like` of SQLite is not and PostgreSQL's is.
    query = query.where(sql<boolean>`replace(keys.tags, ${JSON.stringify(filter.tag)}, '') <> keys.tags`);
  }
  if (filter.q !== undefined) {
    const { q } = filter;
    // As it is too: SQLite knows the case of a to z only.
    const columns = ['keys.name', 'lower(keys.name)', 'lower(keys.id)'] as const;
    query = query.where((eb) =>
      eb.or(columns.map((column) => like(column, column === 'keys.name' ? q : q.toLowerCase()))),
    );
  }
  if (filter.unusedSinceMs !== undefined) {
    const since = filter.unusedSinceMs;
    query = query.where((eb) => eb(eb.fn.coalesce('keys.last_used_at', 'keys.created_at'), '<', since));
  }
  if (filter.expiringBeforeMs !== undefined) {
    query = query.where(endsBefore(filter.expiringBeforeMs, nowMs));
  }
  if (filter.state !== undefined) query = query.where(stateIs(filter.state, nowMs));
  return query.execute();
}

/** Contains, with nothing in `part` taken for a wildcard. */
function like(column: string, part: string) {
  return sql<boolean>`${sql.raw(column)} like ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}

/** What the old secret of a rotation needs so that it can end by silence. */
export type QuietSecret = Pick<SecretRow, 'id' | 'key_id' | 'last_used_at'>;

/** Old secrets that nobody has used for their quiet time, counted from their rotation. */
export async function quietSecrets(
  db: Db,
  { nowMs, overlapMaxMs, limit }: { nowMs: number; overlapMaxMs: number; limit: number },
): Promise<QuietSecret[]> {
  // A rotation with a quiet time sets the end to the longest overlap: that tells when it was.
  const rotated = sql<number>`(ends_at - ${overlapMaxMs})`;
  return tables(db)
    .selectFrom('key_secrets')
    .select(['id', 'key_id', 'last_used_at'])
    .where('quiet_ms', 'is not', null)
    .where('ends_at', '>', nowMs)
    .where(sql<boolean>`${rotated} + quiet_ms < ${nowMs}`)
    .where(sql<boolean>`(last_used_at is null or last_used_at + quiet_ms < ${nowMs})`)
    .limit(limit)
    .execute();
}

/** @returns false where it was used or ended since it was looked at. */
export async function endQuietSecret(tx: Db, secret: QuietSecret, nowMs: number): Promise<boolean> {
  const { last_used_at } = secret;
  const result = await tables(tx)
    .updateTable('key_secrets')
    .set({ ends_at: nowMs, quiet_ms: null })
    .where('id', '=', secret.id)
    .where('quiet_ms', 'is not', null)
    .where('last_used_at', last_used_at === null ? 'is' : '=', last_used_at)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
