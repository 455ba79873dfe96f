import { sql } from 'kysely';
import type { Budget, Limit } from '../../access/index.ts';
import type { Place } from '../../base/page.ts';
import { foldCase, unchanged, type Db } from '../../storage/index.ts';
import type { Owner } from '../owner.ts';
import { contains } from './key-filters.ts';
import { tables, type OwnerRow } from './rows.ts';

const fromRow = (row: OwnerRow): Owner => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  state: row.state,
  account: row.account ?? row.id,
  limits: JSON.parse(row.limits) as Limit[],
  budgets: JSON.parse(row.budgets) as Budget[],
  createdAt: row.created_at,
  revision: row.revision,
});

/** @returns false where another owner has this name. */
export async function insertOwner(tx: Db, owner: Owner): Promise<boolean> {
  const { createdAt, limits, budgets, ...rest } = owner;
  const texts = { limits: JSON.stringify(limits), budgets: JSON.stringify(budgets) };
  const result = await tables(tx)
    .insertInto('owners')
    .values({ ...rest, ...texts, name_folded: foldCase(owner.name), created_at: createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Like `findOwner`, locked until the end of the transaction. */
export async function lockOwner(tx: Db, id: string): Promise<Owner | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('owners').set(unchanged('kind')).where('id', '=', id).execute();
  return findOwner(tx, id);
}

/** Also a deleted owner. */
export async function findOwner(db: Db, id: string): Promise<Owner | undefined> {
  const row = await tables(db).selectFrom('owners').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** Names by id, also of deleted owners. */
export async function ownerNamesOf(db: Db, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await tables(db).selectFrom('owners').select(['id', 'name']).where('id', 'in', ids).execute();
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** @param isFree counts only owners without limits and budgets. */
export async function isAnyActive(db: Db, ids: readonly string[], { isFree = false } = {}): Promise<boolean> {
  if (ids.length === 0) return false;
  const active = tables(db).selectFrom('owners').select('id').where('state', '=', 'active');
  const query = isFree ? active.where('limits', '=', '[]').where('budgets', '=', '[]') : active;
  return (await query.where('id', 'in', ids).limit(1).executeTakeFirst()) !== undefined;
}

export async function findOwnerByName(db: Db, name: string): Promise<Owner | undefined> {
  const row = await tables(db)
    .selectFrom('owners')
    .selectAll()
    .where('name', '=', name)
    .where('state', '<>', 'deleted')
    .executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/**
 * The account of the last deleted owner of this name, unless an owner that exists has it. Several names may have had one
 * account: its first owner is locked, so that two transactions do not both take it. Guarded by owners.test.ts.
 */
export async function freeAccount(tx: Db, name: string): Promise<string | undefined> {
  const deleted = await tables(tx)
    .selectFrom('owners')
    .select(['id', 'account'])
    .where('name', '=', name)
    .where('state', '=', 'deleted')
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (deleted === undefined) return undefined;
  const account = deleted.account ?? deleted.id;
  await lockOwner(tx, account);
  const taken = await tables(tx)
    .selectFrom('owners')
    .select('id')
    .where('account', '=', account)
    .where('state', '<>', 'deleted')
    .limit(1)
    .executeTakeFirst();
  return taken === undefined ? account : undefined;
}

export async function updateOwner(
  tx: Db,
  id: string,
  { limits, budgets, ...change }: Partial<Pick<Owner, 'name' | 'kind' | 'state' | 'limits' | 'budgets'>>,
): Promise<void> {
  const texts = {
    ...(limits === undefined ? {} : { limits: JSON.stringify(limits) }),
    ...(budgets === undefined ? {} : { budgets: JSON.stringify(budgets) }),
    ...(change.name === undefined ? {} : { name_folded: foldCase(change.name) }),
  };
  await tables(tx)
    .updateTable('owners')
    .set((eb) => ({ ...change, ...texts, revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

interface OwnerPage {
  after: Place | undefined;
  limit: number;
  onlyId?: string | undefined;
  /** Part of the name or the id, whatever its case. */
  q?: string | undefined;
}

/** Newest first; deleted ones are left out. */
export async function listOwners(db: Db, { after, limit, onlyId, q }: OwnerPage): Promise<Owner[]> {
  // The condition of the index, literally: with a parameter the index does not apply.
  let query = tables(db)
    .selectFrom('owners')
    .selectAll()
    .where(sql<boolean>`state <> 'deleted'`);
  if (onlyId !== undefined) query = query.where('id', '=', onlyId);
  if (q !== undefined) {
    const part = foldCase(q);
    query = query.where((eb) =>
      eb.or([contains('coalesce(name_folded, lower(name))', part), contains('lower(id)', part)]),
    );
  }
  if (after !== undefined)
    query = query.where(sql<boolean>`(created_at, id) < (${after.createdAt}, ${after.id})`);
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  return rows.map(fromRow);
}
