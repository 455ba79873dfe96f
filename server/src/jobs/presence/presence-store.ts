import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';

/** @param awayMs a longer silence is noted: the server was away. */
export async function noteSeen(
  tx: Db,
  { id, nowMs, awayMs }: { id: string; nowMs: number; awayMs: number },
): Promise<void> {
  await sql`insert into job_servers (id, seen_at) values (${id}, ${nowMs})
    on conflict (id) do update set seen_at = ${nowMs},
      away_at = case when ${nowMs} - job_servers.seen_at > ${awayMs}
        then job_servers.seen_at else job_servers.away_at end`.execute(tx);
}

/** Whether a server fell silent in this time, and is silent since, or was for long. */
export async function anyAway(
  db: Db,
  { fromMs, toMs, silentSinceMs }: { fromMs: number; toMs: number; silentSinceMs: number },
): Promise<boolean> {
  const { rows } = await sql`select 1 from job_servers
    where (seen_at between ${fromMs} and ${toMs} and seen_at < ${silentSinceMs})
      or away_at between ${fromMs} and ${toMs} limit 1`.execute(db);
  return rows.length > 0;
}

export async function deleteSilent(tx: Db, sinceMs: number): Promise<void> {
  await sql`delete from job_servers where seen_at < ${sinceMs}`.execute(tx);
}
