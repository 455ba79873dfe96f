import type { Db } from '../../storage/index.ts';
import { tables, type MemberRow } from './tables.ts';

/** A member that joins again changes what it said. */
export const putMember = (tx: Db, row: MemberRow): Promise<MemberRow> =>
  tables(tx)
    .insertInto('swarm_members')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['swarm_id', 'worker_id']).doUpdateSet((eb) => ({
        key_id: eb.ref('excluded.key_id'),
        role: eb.ref('excluded.role'),
        capability: eb.ref('excluded.capability'),
        region: eb.ref('excluded.region'),
        priority: eb.ref('excluded.priority'),
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();

/** In the order in which they joined. */
export const membersOf = (db: Db, swarmId: string, limit: number): Promise<MemberRow[]> =>
  tables(db)
    .selectFrom('swarm_members')
    .selectAll()
    .where('swarm_id', '=', swarmId)
    .orderBy('joined_at')
    .orderBy('worker_id')
    .limit(limit)
    .execute();

/** In the order of the swarms. */
export const allMembers = (db: Db, limit: number): Promise<MemberRow[]> =>
  tables(db)
    .selectFrom('swarm_members')
    .selectAll()
    .orderBy('swarm_id')
    .orderBy('joined_at')
    .limit(limit)
    .execute();

/** Which of these workers are members. */
export async function membersAmong(db: Db, swarmId: string, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await tables(db)
    .selectFrom('swarm_members')
    .select('worker_id')
    .where('swarm_id', '=', swarmId)
    .where('worker_id', 'in', ids)
    .execute();
  return rows.map(({ worker_id: id }) => id);
}

export const swarmsOfWorker = async (db: Db, workerId: string): Promise<string[]> =>
  (
    await tables(db)
      .selectFrom('swarm_members')
      .select('swarm_id')
      .where('worker_id', '=', workerId)
      .orderBy('swarm_id')
      .execute()
  ).map(({ swarm_id: id }) => id);

export async function deleteMembers(
  tx: Db,
  { workerIds, swarmId }: { workerIds: readonly string[]; swarmId: string | undefined },
): Promise<void> {
  if (workerIds.length === 0) return;
  let query = tables(tx).deleteFrom('swarm_members').where('worker_id', 'in', workerIds);
  if (swarmId !== undefined) query = query.where('swarm_id', '=', swarmId);
  await query.execute();
}

/** With which workers joined. */
export async function keysOfMembers(db: Db): Promise<string[]> {
  const rows = await tables(db)
    .selectFrom('swarm_members')
    .select('key_id')
    .distinct()
    .where('key_id', '<>', '')
    .execute();
  return rows.map(({ key_id: id }) => id);
}

/** @returns those that were members. */
export const deleteMembersOfKey = (tx: Db, keyId: string): Promise<MemberRow[]> =>
  tables(tx).deleteFrom('swarm_members').where('key_id', '=', keyId).returningAll().execute();
