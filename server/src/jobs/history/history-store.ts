import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';

/** The highest counts of an hour. */
export interface HourRow {
  /** ms since 1970. */
  hour: number;
  queued: number;
  running: number;
  workers: number;
}

const tables = (db: Db) => db.withTables<{ job_hours: HourRow }>();

/** Keeps the higher counts: every process writes. */
export async function noteHour(tx: Db, { hour, queued, running, workers }: HourRow): Promise<void> {
  const higher = (name: string) =>
    sql`${sql.ref(name)} = case when excluded.${sql.ref(name)} > job_hours.${sql.ref(name)}
      then excluded.${sql.ref(name)} else job_hours.${sql.ref(name)} end`;
  await sql`insert into job_hours (hour, queued, running, workers)
    values (${hour}, ${queued}, ${running}, ${workers})
    on conflict (hour) do update set ${sql.join(['queued', 'running', 'workers'].map(higher))}`.execute(tx);
}

/** In the order of time. @param stepMs whole hours */
export async function hoursSince(
  db: Db,
  { fromMs, stepMs }: { fromMs: number; stepMs: number },
): Promise<HourRow[]> {
  const { rows } = await sql<HourRow>`
    select hour - hour % ${sql.lit(stepMs)} as hour,
      max(queued) as queued, max(running) as running, max(workers) as workers
    from job_hours where hour >= ${fromMs} group by 1 order by 1`.execute(db);
  return rows;
}

export async function deleteHours(tx: Db, beforeMs: number): Promise<void> {
  await tables(tx).deleteFrom('job_hours').where('hour', '<', beforeMs).execute();
}
