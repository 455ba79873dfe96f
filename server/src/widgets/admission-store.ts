import { nextId, type Db } from '../storage/index.ts';
import { tables, type AdmissionRow } from './tables.ts';

/** On PostgreSQL a second transaction waits for the end of the one with this id: all counts are exact. */
export const nextAdmission = (tx: Db): Promise<number> => nextId(tx, 'embed_admissions');

export async function countAdmissions(
  tx: Db,
  where: { embedId?: number; sessionId?: string; visitor?: string; since: number },
): Promise<number> {
  let query = tables(tx).selectFrom('embed_admissions').where('admittedAt', '>', where.since);
  if (where.embedId !== undefined) query = query.where('embedId', '=', where.embedId);
  if (where.sessionId !== undefined) query = query.where('sessionId', '=', where.sessionId);
  if (where.visitor !== undefined) query = query.where('visitor', '=', where.visitor);
  const { count } = await query
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

export async function insertAdmission(tx: Db, row: AdmissionRow): Promise<void> {
  await tables(tx).insertInto('embed_admissions').values(row).execute();
}

export async function dropAdmissionsBefore(tx: Db, time: number): Promise<void> {
  await tables(tx).deleteFrom('embed_admissions').where('admittedAt', '<=', time).execute();
}
