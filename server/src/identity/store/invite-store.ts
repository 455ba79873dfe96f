import type { Db } from '../../storage/index.ts';
import { tables, type InviteRow, type InviteStatus } from './rows.ts';

export async function insertInvite(tx: Db, row: InviteRow): Promise<void> {
  await tables(tx).insertInto('invites').values(row).execute();
}

export async function listInvites(db: Db, limit: number): Promise<InviteRow[]> {
  const query = tables(db).selectFrom('invites').selectAll().orderBy('id', 'desc').limit(limit);
  return (await query.execute()).reverse();
}

export async function getInvite(db: Db, id: number): Promise<InviteRow | undefined> {
  return tables(db).selectFrom('invites').selectAll().where('id', '=', id).executeTakeFirst();
}

export async function findInvite(db: Db, digests: readonly Uint8Array[]): Promise<InviteRow | undefined> {
  return tables(db)
    .selectFrom('invites')
    .selectAll()
    .where('code_digest', 'in', [...digests])
    .executeTakeFirst();
}

/** @returns false if its status was none of `from`: one of two requests at the same time changes it. */
export async function changeStatus(
  tx: Db,
  id: number,
  { from, to, nowMs }: { from: readonly InviteStatus[]; to: InviteStatus; nowMs: number },
): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('invites')
    .set({ status: to, updated_at: nowMs })
    .where('id', '=', id)
    .where('status', 'in', from)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function setClaimedBy(tx: Db, id: number, userId: number): Promise<void> {
  await tables(tx).updateTable('invites').set({ claimed_by: userId }).where('id', '=', id).execute();
}
