import type { Db } from '../../storage/index.ts';
import { tables, type ModeRow } from './rows.ts';

export async function readMode(db: Db): Promise<Pick<ModeRow, 'multi_user' | 'password_hash'>> {
  return tables(db)
    .selectFrom('identity_mode')
    .select(['multi_user', 'password_hash'])
    .where('id', '=', 1)
    .executeTakeFirstOrThrow();
}

/** Changes of administrators wait for each other here: two at the same time could leave none. */
export async function lockMode(tx: Db): Promise<Pick<ModeRow, 'multi_user' | 'password_hash'>> {
  await tables(tx).updateTable('identity_mode').set({ id: 1 }).where('id', '=', 1).execute();
  return readMode(tx);
}

export async function writeMode(
  tx: Db,
  change: Partial<Pick<ModeRow, 'multi_user' | 'password_hash'>>,
  nowMs: number,
): Promise<void> {
  await tables(tx)
    .updateTable('identity_mode')
    .set({ ...change, changed_at: nowMs })
    .where('id', '=', 1)
    .execute();
}
