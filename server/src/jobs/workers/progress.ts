import { sql } from 'kysely';
import { invalidField } from '../../base/errors.ts';
import type { JobsContext } from '../context.ts';

const PROGRESS_MAX_BYTES = 4_096;

export interface Progress {
  job_id: string;
  lease_token: string;
  progress?: unknown;
}

/**
 * Tells those who follow a job how far it is. A lost lease changes nothing, and is reported by the heartbeat.
 * @throws KeywardError `invalid_input`
 */
export async function progressed(
  { storage, news }: Pick<JobsContext, 'storage' | 'news'>,
  workerId: string,
  leases: readonly Progress[],
): Promise<void> {
  const told = leases.flatMap(({ job_id: id, lease_token: token, progress }, at) => {
    if (progress === undefined) return [];
    const text = JSON.stringify(progress);
    if (Buffer.byteLength(text) > PROGRESS_MAX_BYTES)
      throw invalidField(`leases[${at}].progress`, `must be at most ${PROGRESS_MAX_BYTES} bytes of JSON`);
    return [{ id, token, text }];
  });
  if (told.length === 0) return;
  const changed = await storage.transaction(
    async (tx) => {
      const ids: string[] = [];
      for (const { id, token, text } of told) {
        const { rows } = await sql<{ id: string }>`update jobs set progress = ${text}
          where id = ${id} and lease_token = ${token} and worker_id = ${workerId} and state = 'RUNNING'
            and progress is distinct from ${text}
          returning id`.execute(tx);
        ids.push(...rows.map((row) => row.id));
      }
      return ids;
    },
    { durable: false },
  );
  for (const id of changed) news.changed(id);
}
