import type { Db } from '../storage/index.ts';
import type { Owner } from './owner.ts';
import { tables } from './rows.ts';
import type { OwnerRow } from './rows.ts';

const fromRow = (row: OwnerRow): Owner => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  state: row.state,
  createdAt: row.created_at,
  revision: row.revision,
});

/** @returns false where another owner has this name, also one that was made at the same moment. */
export async function insertOwner(tx: Db, owner: Owner): Promise<boolean> {
  const { createdAt, ...rest } = owner;
  const result = await tables(tx)
    .insertInto('owners')
    .values({ ...rest, created_at: createdAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

/** Like `findOwner`, in a transaction that goes on to change it: nobody else does until it ends. */
export async function lockOwner(tx: Db, id: string): Promise<Owner | undefined> {
  // An update that changes nothing locks the row on both dialects.
  await tables(tx).updateTable('owners').set({ id }).where('id', '=', id).execute();
  return findOwner(tx, id);
}

/** A deleted owner is found too. */
export async function findOwner(db: Db, id: string): Promise<Owner | undefined> {
  const row = await tables(db).selectFrom('owners').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : fromRow(row);
}

/** Whether one of these owners is active. */
export async function isAnyActive(db: Db, ids: readonly string[]): Promise<boolean> {
  if (ids.length === 0) return false;
  const query = tables(db).selectFrom('owners').select('id').where('state', '=', 'active');
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

export async function updateOwner(
  tx: Db,
  id: string,
  change: Partial<Pick<Owner, 'name' | 'kind' | 'state'>>,
): Promise<void> {
  await tables(tx)
    .updateTable('owners')
    .set((eb) => ({ ...change, revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute();
}

/** Newest first; deleted ones are left out. */
export async function listOwners(
  db: Db,
  page: { after: { createdAt: number; id: string } | undefined; limit: number; onlyId?: string | undefined },
): Promise<Owner[]> {
  const { after, limit, onlyId } = page;
  let query = tables(db).selectFrom('owners').selectAll().where('state', '<>', 'deleted');
  if (onlyId !== undefined) query = query.where('id', '=', onlyId);
  if (after !== undefined) {
    query = query.where((eb) =>
      eb.or([
        eb('created_at', '<', after.createdAt),
        eb.and([eb('created_at', '=', after.createdAt), eb('id', '<', after.id)]),
      ]),
    );
  }
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute();
  return rows.map(fromRow);
}
