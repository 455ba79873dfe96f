import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';

export type EnrolmentRow = {
  /** SHA-256 of the token, hex: nothing else of it is stored. */
  digest: string;
  id: string;
  owner_id: string;
  /** The key that enrolls, which is the parent of the key that the token gives; or the person of a session. */
  key_id: string;
  /** The token ends with it; null: a key has made the token without one. */
  session_id: string | null;
  /** Of the new key. */
  name: string;
  created_at: number;
  expires_at: number;
  used_at: number | null;
};

const tables = (db: Db) => db.withTables<{ worker_enrolments: EnrolmentRow }>();

export const insertEnrolment = async (tx: Db, row: EnrolmentRow): Promise<void> => {
  await tables(tx).insertInto('worker_enrolments').values(row).execute();
};

export const findUsable = (db: Db, digest: string, nowMs: number): Promise<EnrolmentRow | undefined> =>
  tables(db)
    .selectFrom('worker_enrolments')
    .selectAll()
    .where('digest', '=', digest)
    .where('used_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();

/** One statement: of two exchanges at the same moment one gets the row. Undone with its transaction. */
export async function useUp(tx: Db, digest: string, nowMs: number): Promise<EnrolmentRow | undefined> {
  const { rows } = await sql<EnrolmentRow>`
    update worker_enrolments set used_at = ${nowMs}
    where digest = ${digest} and used_at is null and expires_at > ${nowMs}
    returning *`.execute(tx);
  return rows[0];
}

/** Tokens of an owner that can be used. */
export async function countOpen(tx: Db, ownerId: string, nowMs: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from worker_enrolments
    where owner_id = ${ownerId} and expires_at > ${nowMs} and used_at is null`.execute(tx);
  return rows[0]?.count ?? 0;
}

export const deleteExpired = async (tx: Db, nowMs: number): Promise<void> => {
  await tables(tx).deleteFrom('worker_enrolments').where('expires_at', '<=', nowMs).execute();
};
