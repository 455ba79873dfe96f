import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Kysely, SelectQueryBuilder } from 'kysely';
import type { Selectors } from '../../access/index.ts';
import type { Place } from '../../base/page.ts';
import { SliceRows } from '../../base/slices.ts';
import { foldCase, unchanged } from '../../storage/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Key, KeyState, KeyWithSecrets } from '../key.ts';
import { endsBefore, stateIs } from './key-filters.ts';
import { deleteAncestors, insertAncestors, keysFromRows } from './line-store.ts';
import { joined, rowFromKey, secretFromRow, tables, withOwner } from './rows.ts';
import type { JoinedKeyRow, KeyRow, SecretRow } from './rows.ts';

type TablesOf<D> = D extends Kysely<infer T> ? T : never;
type KeyQuery<Row> = SelectQueryBuilder<TablesOf<ReturnType<typeof tables>>, 'keys', Row>;

/**
 * The keys that a list has found, with their owners. No join in a list: where there are few owners SQLite begins at them, and then
 * sorts all keys for each page. Guarded by long-work.test.ts.
 */
async function listed(db: Db, rows: readonly KeyRow[]): Promise<KeyWithSecrets[]> {
  const ids = [...new Set(rows.map(({ owner_id }) => owner_id))];
  if (ids.length === 0) return [];
  const owners = await tables(db).selectFrom('owners').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(owners.map((owner) => [owner.id, owner]));
  const all = rows.flatMap((row): JoinedKeyRow[] => {
    const owner = byId.get(row.owner_id);
    return owner === undefined ? [] : [withOwner(row, owner)];
  });
  return withSecrets(db, await keysFromRows(db, all));
}

/** The condition of an index: word for word the same, or it is not used. */
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
  return (await keysFromRows(db, await joined(db).where('keys.id', '=', id).execute()))[0];
}

/** Those that are not revoked, by their number; of very many the newest. */
export async function listNumbered(
  db: Db,
  { ownerId, limit }: { ownerId: string | undefined; limit: number },
): Promise<KeyWithSecrets[]> {
  // As the index has it, to the letter: with a parameter in its place the index does not apply.
  const isListed = sql<boolean>`keys.state <> 'revoked'`;
  const isRevoked = stateIs('revoked', 0);
  const all = tables(db)
    .selectFrom('keys')
    .selectAll()
    .where(isListed)
    .where(sql<boolean>`not ${isRevoked}`);
  const owned = ownerId === undefined ? all : all.where('keys.owner_id', '=', ownerId);
  const rows = await owned.orderBy('keys.number', 'desc').limit(limit).execute();
  return (await listed(db, rows)).reverse();
}

/** What the keys of an owner hold, of those that are not revoked. */
export async function grantsOfOwner(db: Db, ownerId: string): Promise<Pick<Key, 'id' | 'grants'>[]> {
  const query = joined(db).where('keys.owner_id', '=', ownerId).where('keys.state', '<>', 'revoked');
  return (await query.execute()).map(({ id, grants }) => ({ id, grants: JSON.parse(grants) as string[] }));
}

/** So many are read at once. */
const OWNED_ROWS = 500;

/** The keys of an owner that are not revoked. */
export async function* keysOfOwner(db: Db, ownerId: string): AsyncGenerator<Key> {
  for (let after: Place | undefined; ; await nextTurn()) {
    let query = joined(db).where('keys.owner_id', '=', ownerId).where('keys.state', '<>', 'revoked');
    if (after !== undefined) query = query.where(isBehind(after));
    const ordered = query.orderBy('keys.created_at', 'desc').orderBy('keys.id', 'desc');
    const found = await keysFromRows(db, await ordered.limit(OWNED_ROWS).execute());
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

/** Of a key as much as tells for whom it is there. */
export type KeyReach = Pick<Key, 'selectors'> & { owner: { id: string } };

interface KeyPage {
  after: Place | undefined;
  limit: number;
  nowMs: number;
  /** Left out: all are there for who asks. */
  isVisible?: ((key: KeyReach) => boolean) | undefined;
}

/**
 * Newest first, from behind `after`. Looks back in windows: one statement that searches a million keys for a name
 * would keep SQLite, and with it this whole process and its lease, busy for a second.
 */
export async function listKeys(db: Db, filter: KeyFilter, page: KeyPage): Promise<KeyWithSecrets[]> {
  const { ownerId, parentId, ...others } = filter;
  const isSearch = page.isVisible !== undefined || Object.values(others).some((value) => value !== undefined);
  const found: KeyRow[] = [];
  const size = new SliceRows();
  let after: Place | undefined = page.after;
  do {
    after = await size.take(async (rows) => {
      const until = isSearch ? await placeBehind(db, { ownerId, parentId, after, rows }) : undefined;
      const window = { ...page, after, until, limit: page.limit - found.length };
      found.push(...(await visibleIn(db, filter, window)));
      return until;
    });
  } while (after !== undefined && found.length < page.limit);
  return listed(db, found);
}

type Window = KeyPage & { until: Place | undefined };

/** Those of a window that are there for who asks. Who may see which is not SQL's to say: the rest of a row is read after. */
async function visibleIn(db: Db, filter: KeyFilter, window: Window): Promise<KeyRow[]> {
  const { isVisible, limit } = window;
  const all = tables(db).selectFrom('keys').selectAll();
  if (isVisible === undefined) return matching(all, filter, window).limit(limit).execute();
  const reach = tables(db).selectFrom('keys').select(['keys.id', 'keys.owner_id', 'keys.selectors']);
  const rows = await matching(reach, filter, window).execute();
  const ids = rows
    .filter(({ owner_id, selectors }) =>
      isVisible({ owner: { id: owner_id }, selectors: JSON.parse(selectors) as Selectors }),
    )
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  return newestFirst(all.where('keys.id', 'in', ids.slice(0, limit))).execute();
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

const newestFirst = <Row>(query: KeyQuery<Row>): KeyQuery<Row> =>
  query.orderBy('keys.created_at', 'desc').orderBy('keys.id', 'desc');

function matching<Row>(
  all: KeyQuery<Row>,
  filter: KeyFilter,
  { after, until, nowMs }: Window,
): KeyQuery<Row> {
  let query = newestFirst(all);
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
    const part = foldCase(filter.q);
    const columns = ['coalesce(keys.name_folded, lower(keys.name))', 'lower(keys.id)'];
    query = query.where((eb) => eb.or(columns.map((column) => like(column, part))));
  }
  if (filter.unusedSinceMs !== undefined) {
    const since = filter.unusedSinceMs;
    query = query.where((eb) => eb(eb.fn.coalesce('keys.last_used_at', 'keys.created_at'), '<', since));
  }
  if (filter.expiringBeforeMs !== undefined) {
    query = query.where(endsBefore(filter.expiringBeforeMs, nowMs));
  }
  return filter.state === undefined ? query : query.where(stateIs(filter.state, nowMs));
}

/** Contains, with nothing in `part` taken for a wildcard. */
function like(column: string, part: string) {
  return sql<boolean>`${sql.raw(column)} like ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}

/** What the old secret of a rotation needs so that it can end by silence. */
export type QuietSecret = Pick<SecretRow, 'id' | 'key_id' | 'last_used_at'>;

/** Where a sweep through the rotations that end by silence has come to. */
export type QuietPlace = Pick<SecretRow, 'id'> & { ends_at: number };

/**
 * Old secrets that nobody has used for their quiet time, counted from their rotation, of the next `rows` that may end so.
 * @returns also where the next sweep goes on; undefined: at the beginning.
 */
export async function quietSecrets(
  db: Db,
  page: { nowMs: number; overlapMaxMs: number; rows: number; after: QuietPlace | undefined },
): Promise<{ quiet: QuietSecret[]; next: QuietPlace | undefined }> {
  const { nowMs, overlapMaxMs, rows, after = { ends_at: nowMs, id: '' } } = page;
  const found = await tables(db)
    .selectFrom('key_secrets')
    .select(['id', 'key_id', 'last_used_at', 'quiet_ms', 'ends_at'])
    .where('quiet_ms', 'is not', null)
    .where('ends_at', '>', nowMs)
    .where(sql<boolean>`(ends_at, id) > (${after.ends_at}, ${after.id})`)
    .orderBy('ends_at')
    .orderBy('id')
    .limit(rows)
    .execute();
  const quiet = found.filter(({ last_used_at, quiet_ms, ends_at }) => {
    // A rotation with a quiet time sets the end to the longest overlap: that tells when it was.
    const rotatedAt = (ends_at ?? 0) - overlapMaxMs;
    return Math.max(rotatedAt, last_used_at ?? rotatedAt) + (quiet_ms ?? 0) < nowMs;
  });
  const last = found.length < rows ? undefined : found.at(-1);
  return { quiet, next: last && { id: last.id, ends_at: last.ends_at ?? 0 } };
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
