import type { Db } from '../../storage/index.ts';
import { tables, type SessionRow } from './rows.ts';

export async function insertSession(tx: Db, row: SessionRow): Promise<void> {
  await tables(tx).insertInto('sessions').values(row).execute();
}

export async function findSession(db: Db, id: string): Promise<SessionRow | undefined> {
  return tables(db).selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Whether it is open: it stays so until the transaction ends. */
export async function lockOpenSession(tx: Db, id: string, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await tables(tx)
    .updateTable('sessions')
    .set((eb) => ({ ip: eb.ref('ip') }))
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}

const revoking = (tx: Db, nowMs: number) =>
  tables(tx).updateTable('sessions').set({ revoked_at: nowMs }).where('revoked_at', 'is', null);

export async function revokeSession(tx: Db, id: string, nowMs: number): Promise<void> {
  await revoking(tx, nowMs).where('id', '=', id).execute();
}

/** @param userId null: the administrator without users. */
export async function revokeSessionsOf(tx: Db, userId: number | null, nowMs: number): Promise<void> {
  await revoking(tx, nowMs)
    .where('user_id', userId === null ? 'is' : '=', userId)
    .execute();
}

/** In one statement: many sessions may expire on the same day. */
const ENDED_MAX = 1_000;

/** An expired token is refused without its row. */
export async function dropExpiredSessions(tx: Db, nowMs: number): Promise<void> {
  await tables(tx)
    .deleteFrom('sessions')
    .where('id', 'in', (eb) =>
      eb.selectFrom('sessions').select('id').where('expires_at', '<=', nowMs).limit(ENDED_MAX),
    )
    .execute();
}

/** Keeps the newest sessions of a user; null: of the administrator without users. @returns the ids of the others. */
export async function dropOldestSessions(tx: Db, userId: number | null, keep: number): Promise<string[]> {
  const is = userId === null ? 'is' : '=';
  const newest = tables(tx)
    .selectFrom('sessions')
    .select('id')
    .where('user_id', is, userId)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(keep);
  const dropped = await tables(tx)
    .deleteFrom('sessions')
    .where('user_id', is, userId)
    .where('id', 'not in', newest)
    .returning('id')
    .execute();
  return dropped.map(({ id }) => id);
}

interface Wanted {
  /** null: the administrator without users. */
  whose: number | null | 'everybody';
  nowMs: number;
  limit: number;
}

/** Those that have not ended, the newest first. */
export async function listSessions(db: Db, { whose, nowMs, limit }: Wanted): Promise<SessionRow[]> {
  const open = tables(db)
    .selectFrom('sessions')
    .selectAll()
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', nowMs);
  const query = whose === 'everybody' ? open : open.where('user_id', whose === null ? 'is' : '=', whose);
  return query.orderBy('created_at', 'desc').orderBy('id').limit(limit).execute();
}

export async function noteUse(tx: Db, id: string, nowMs: number): Promise<void> {
  await tables(tx).updateTable('sessions').set({ last_used_at: nowMs }).where('id', '=', id).execute();
}
