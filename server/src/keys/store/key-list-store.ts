import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql, type Kysely, type SelectQueryBuilder } from 'kysely';
import { selectorsIn } from '../selectors-view.ts';
import type { Place } from '../../base/page.ts';
import { SliceRows } from '../../base/slices.ts';
import { dialectOf, foldCase, type Db } from '../../storage/index.ts';
import type { Key, KeyState, KeyWithSecrets } from '../key.ts';
import { contains, endsBefore, hasHint, stateIs } from './key-filters.ts';
import { withSecrets } from './key-store.ts';
import { keysFromRows } from './line-store.ts';
import { joined, tables, withOwner, type JoinedKeyRow, type KeyRow } from './rows.ts';

type TablesOf<D> = D extends Kysely<infer T> ? T : never;
type KeyQuery<Row> = SelectQueryBuilder<TablesOf<ReturnType<typeof tables>>, 'keys', Row>;

/**
 * No join in a list: where there are few owners SQLite would begin with them, and sort all keys for each page. Guarded by
 * long-work.test.ts.
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

/** Keys that are not revoked, by their number; beyond `limit` the newest. */
export async function listNumbered(
  db: Db,
  { ownerId, limit }: { ownerId: string | undefined; limit: number },
): Promise<KeyWithSecrets[]> {
  const all = tables(db)
    .selectFrom('keys')
    .selectAll()
    // The condition of the index, literally: with a parameter the index does not apply.
    .where(sql<boolean>`keys.state <> 'revoked'`)
    .where(sql<boolean>`not ${stateIs('revoked', 0)}`);
  const owned = ownerId === undefined ? all : all.where('keys.owner_id', '=', ownerId);
  const rows = await owned.orderBy('keys.number', 'desc').limit(limit).execute();
  return (await listed(db, rows)).reverse();
}

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

export interface KeyFilter {
  state?: KeyState | undefined;
  ownerId?: string | undefined;
  parentId?: string | undefined;
  role?: string | undefined;
  tag?: string | undefined;
  /** Part of a name or an id, whatever its case, or a visible part of a secret. */
  q?: string | undefined;
  unusedSinceMs?: number | undefined;
  expiringBeforeMs?: number | undefined;
  hasUnusedScopes?: true | undefined;
}

/** What decides who may see a key. */
export type KeyReach = Pick<Key, 'selectors'> & { owner: { id: string } };

interface KeyPage {
  after: Place | undefined;
  limit: number;
  nowMs: number;
  /** Left out: the caller may see all keys. */
  isVisible?: ((key: KeyReach) => boolean) | undefined;
}

/**
 * Newest first, after `after`. Searches in windows: one statement over a million keys would block SQLite, and with it this
 * process, for a second.
 */
export async function listKeys(db: Db, filter: KeyFilter, page: KeyPage): Promise<KeyWithSecrets[]> {
  const { ownerId, parentId, hasUnusedScopes, ...others } = filter;
  const isSearch = page.isVisible !== undefined || Object.values(others).some((value) => value !== undefined);
  const dialect = dialectOf(db);
  const found: KeyRow[] = [];
  const size = new SliceRows();
  let after: Place | undefined = page.after;
  do {
    after = await size.take(async (rows) => {
      const until = isSearch
        ? await placeBehind(db, { ownerId, parentId, hasUnusedScopes, after, rows })
        : undefined;
      const window = { ...page, after, until, limit: page.limit - found.length, dialect };
      found.push(...(await visibleIn(db, filter, window)));
      return until;
    });
  } while (after !== undefined && found.length < page.limit);
  return listed(db, found);
}

type Window = KeyPage & { until: Place | undefined; dialect: ReturnType<typeof dialectOf> };

/** The keys of a window that the caller may see, which code decides and not SQL: the whole rows are read afterwards. */
async function visibleIn(db: Db, filter: KeyFilter, window: Window): Promise<KeyRow[]> {
  const { isVisible, limit } = window;
  const all = tables(db).selectFrom('keys').selectAll();
  if (isVisible === undefined) return matching(all, filter, window).limit(limit).execute();
  const reach = tables(db).selectFrom('keys').select(['keys.id', 'keys.owner_id', 'keys.selectors']);
  const rows = await matching(reach, filter, window).execute();
  const ids = rows
    .filter(({ owner_id, selectors }) =>
      isVisible({ owner: { id: owner_id }, selectors: selectorsIn(selectors) }),
    )
    .map(({ id }) => id);
  if (ids.length === 0) return [];
  return newestFirst(all.where('keys.id', 'in', ids.slice(0, limit))).execute();
}

const isBehind = ({ createdAt, id }: Place) =>
  sql<boolean>`(keys.created_at, keys.id) < (${createdAt}, ${id})`;

type WindowFilter = Pick<KeyFilter, 'ownerId' | 'parentId' | 'hasUnusedScopes'> & {
  after: Place | undefined;
};

/** The place of the last of the next `rows` keys; undefined where there are fewer. */
async function placeBehind(
  db: Db,
  { rows, ...filter }: WindowFilter & { rows: number },
): Promise<Place | undefined> {
  const all = tables(db).selectFrom('keys').select(['keys.created_at as createdAt', 'keys.id as id']);
  return walk(all, filter)
    .limit(1)
    .offset(rows - 1)
    .executeTakeFirst();
}

const newestFirst = <Row>(query: KeyQuery<Row>): KeyQuery<Row> =>
  query.orderBy('keys.created_at', 'desc').orderBy('keys.id', 'desc');

function walk<Row>(all: KeyQuery<Row>, filter: WindowFilter): KeyQuery<Row> {
  const { ownerId, parentId, hasUnusedScopes, after } = filter;
  let query = newestFirst(all);
  if (ownerId !== undefined) query = query.where('keys.owner_id', '=', ownerId);
  if (parentId !== undefined) query = query.where('keys.parent_id', '=', parentId);
  // The condition of the index, literally: with a parameter the index does not apply.
  if (hasUnusedScopes === true) query = query.where(sql<boolean>`keys.has_unused_scopes = 1`);
  return after === undefined ? query : query.where(isBehind(after));
}

function matching<Row>(
  all: KeyQuery<Row>,
  filter: KeyFilter,
  { after, until, nowMs, dialect }: Window,
): KeyQuery<Row> {
  let query = walk(all, { ...filter, after });
  if (until !== undefined) {
    query = query.where(sql<boolean>`(keys.created_at, keys.id) >= (${until.createdAt}, ${until.id})`);
    // PostgreSQL takes a range of pairs for a tenth of the table, and would sort each window with parallel workers: bench/keys.ts.
    if (dialect === 'postgres') query = query.where('keys.created_at', '>=', until.createdAt);
    if (dialect === 'postgres' && after !== undefined)
      query = query.where('keys.created_at', '<=', after.createdAt);
  }
  if (filter.role !== undefined) query = query.where('keys.role', '=', filter.role as KeyRow['role']);
  if (filter.tag !== undefined) {
    // Case-sensitive on both databases, which the `like` of SQLite is not.
    query = query.where(sql<boolean>`replace(keys.tags, ${JSON.stringify(filter.tag)}, '') <> keys.tags`);
  }
  if (filter.q !== undefined) {
    const part = foldCase(filter.q);
    const columns = ['coalesce(keys.name_folded, lower(keys.name))', 'lower(keys.id)'];
    const hint = hasHint(filter.q);
    const all = [...columns.map((column) => contains(column, part)), ...(hint === undefined ? [] : [hint])];
    query = query.where((eb) => eb.or(all));
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
