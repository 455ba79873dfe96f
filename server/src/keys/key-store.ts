import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../storage/index.ts';
import type { Key, KeyState, KeyWithSecrets } from './key.ts';
import { keyFromRow, rowFromKey, secretFromRow, tables } from './rows.ts';
import type { JoinedKeyRow, KeyRow, SecretRow } from './rows.ts';

/** The condition of an index: word for word the same, or it is not used. */
const IS_UNLIMITED = `keys.state = 'active' and keys.expires_at is null and keys.grants like '%"*"%'`;

const joined = (db: Db) =>
  tables(db)
    .selectFrom('keys')
    .innerJoin('owners', 'owners.id', 'keys.owner_id')
    .selectAll('keys')
    .select(['owners.name as owner_name', 'owners.state as owner_state']);

export async function insertKey(tx: Db, key: Key): Promise<void> {
  await tables(tx).insertInto('keys').values(rowFromKey(key)).execute();
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
  const row = await joined(db).where('keys.id', '=', id).executeTakeFirst();
  if (row === undefined) return undefined;
  const [key] = await withSecrets(db, [keyFromRow(row)]);
  return key;
}

export async function findPlainKey(db: Db, id: string): Promise<Key | undefined> {
  const row = await joined(db).where('keys.id', '=', id).executeTakeFirst();
  return row && keyFromRow(row);
}

/** Those that are not revoked, by their number; of very many the newest. */
export async function listNumbered(
  db: Db,
  { ownerId, limit }: { ownerId: string | undefined; limit: number },
): Promise<KeyWithSecrets[]> {
  let query = joined(db).where('keys.state', '<>', 'revoked').orderBy('keys.number', 'desc').limit(limit);
  if (ownerId !== undefined) query = query.where('keys.owner_id', '=', ownerId);
  return withSecrets(db, (await query.execute()).map(keyFromRow).reverse());
}

/** What the keys of an owner hold, of those that are not revoked. */
export async function grantsOfOwner(db: Db, ownerId: string): Promise<Pick<Key, 'id' | 'grants'>[]> {
  const query = joined(db).where('keys.owner_id', '=', ownerId).where('keys.state', '<>', 'revoked');
  return (await query.execute()).map(keyFromRow);
}

/** So many are read at once. */
const OWNED_ROWS = 500;

/** The keys of an owner that are not revoked. */
export async function* keysOfOwner(db: Db, ownerId: string): AsyncGenerator<Key> {
  for (let after: Place | undefined; ; await nextTurn()) {
    let query = joined(db).where('keys.owner_id', '=', ownerId).where('keys.state', '<>', 'revoked');
    if (after !== undefined) query = query.where(isBehind(after));
    const ordered = query.orderBy('keys.created_at', 'desc').orderBy('keys.id', 'desc');
    const found = (await ordered.limit(OWNED_ROWS).execute()).map(keyFromRow);
    yield* found;
    if (found.length < OWNED_ROWS) return;
    after = found.at(-1);
  }
}

/** Hardly ever more than a handful; of very many these are enough. */
const UNLIMITED_MAX = 1_000;

/** Active keys with all scopes and without an end, by the index `keys_unlimited`; selectors and limits are not looked at. */
export async function unlimitedKeys(db: Db): Promise<Key[]> {
  const query = joined(db).where(sql<boolean>`${sql.raw(IS_UNLIMITED)}`);
  return (await query.orderBy('keys.id').limit(UNLIMITED_MAX).execute()).map(keyFromRow);
}

export async function findByNumber(db: Db, number: number): Promise<Key | undefined> {
  const row = await joined(db).where('keys.number', '=', number).executeTakeFirst();
  return row === undefined ? undefined : keyFromRow(row);
}

/** Like `findKey`, in a transaction that goes on to change it: on PostgreSQL the row is locked until it ends. */
export async function lockKey(tx: Db, id: string): Promise<KeyWithSecrets | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('keys').set({ id }).where('id', '=', id).execute();
  return findKey(tx, id);
}

export interface Found {
  key: Key;
  secret: Pick<SecretRow, 'id' | 'digest' | 'pepper' | 'ends_at'>;
}

/**
 * The key that one of these digests opens. One statement whether there is one or not: a second one for keys that
 * exist would tell a stranger by the time taken which texts were keys once.
 */
export async function findByDigest(db: Db, digests: readonly Uint8Array[]): Promise<Found | undefined> {
  return foundOf(
    await withSecret(db)
      .where('secret.digest', 'in', [...digests])
      .executeTakeFirst(),
  );
}

/** The key that this secret belongs to. */
export async function findBySecret(db: Db, secretId: string): Promise<Found | undefined> {
  return foundOf(await withSecret(db).where('secret.id', '=', secretId).executeTakeFirst());
}

const withSecret = (db: Db) =>
  joined(db)
    .innerJoin('key_secrets as secret', 'secret.key_id', 'keys.id')
    .select(['secret.id as secret_id', 'secret.digest', 'secret.pepper', 'secret.ends_at']);

type SecretColumns = Pick<SecretRow, 'digest' | 'pepper' | 'ends_at'> & { secret_id: string };

function foundOf(row: (JoinedKeyRow & SecretColumns) | undefined): Found | undefined {
  if (row === undefined) return undefined;
  const { secret_id: id, digest, pepper, ends_at } = row;
  return { key: keyFromRow(row), secret: { id, digest, pepper, ends_at } };
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
  const { ownerId, ...others } = filter;
  const isSearch = Object.values(others).some((value) => value !== undefined);
  const found: JoinedKeyRow[] = [];
  let { after } = page;
  let rows = WINDOW_ROWS_FIRST;
  for (;;) {
    const until = isSearch ? await placeBehind(db, { ownerId, after, rows }) : undefined;
    const window = { after, until, limit: page.limit - found.length, nowMs: page.nowMs };
    found.push(...(await matching(db, filter, window)));
    if (until === undefined || found.length >= page.limit) return withSecrets(db, found.map(keyFromRow));
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
  { ownerId, after, rows }: { ownerId: string | undefined; after: Place | undefined; rows: number },
): Promise<Place | undefined> {
  let query = tables(db).selectFrom('keys').select(['keys.created_at as createdAt', 'keys.id as id']);
  if (ownerId !== undefined) query = query.where('keys.owner_id', '=', ownerId);
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
    query = query
      .where('keys.expires_at', '<=', filter.expiringBeforeMs)
      .where('keys.expires_at', '>', nowMs);
  }
  if (filter.state !== undefined) query = query.where(stateIs(filter.state, nowMs));
  return query.execute();
}

/** Contains, with nothing in `part` taken for a wildcard. */
function like(column: string, part: string) {
  return sql<boolean>`${sql.raw(column)} like ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}

function stateIs(state: KeyState, nowMs: number) {
  const ended = sql<boolean>`(keys.expires_at is not null and keys.expires_at <= ${nowMs})`;
  if (state === 'expired') return sql<boolean>`(${ended} and keys.state <> 'revoked')`;
  if (state === 'revoked') return sql<boolean>`keys.state = 'revoked'`;
  return sql<boolean>`(keys.state = ${state} and not ${ended})`;
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
