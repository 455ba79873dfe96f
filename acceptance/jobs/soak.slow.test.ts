import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { JobHome, LEASE_MS, type Key, type WorkerProcess } from './job-home.ts';

const JOBS = Number(process.env['SOAK_JOBS'] ?? 10_000);
const WORKERS = 6;
const PLACES = 4;
/** At a time. */
const SUBMITS = 20;
/** Between two of what happens to workers. */
const MISHAP_MS = 1_000;

interface Row {
  state: string;
  completed: number;
  count: number;
}

/** Workers that are killed, stopped beyond their lease and restarted, until the work is over. */
class Crew {
  readonly all: WorkerProcess[] = [];
  readonly counts = { killed: 0, stopped: 0 };
  readonly #start: () => Promise<WorkerProcess>;
  #running: WorkerProcess[] = [];

  constructor(start: () => Promise<WorkerProcess>) {
    this.#start = start;
  }

  async mishaps(isOver: () => Promise<boolean>): Promise<void> {
    await Promise.all(Array.from({ length: WORKERS }, () => this.#add()));
    while (!(await isOver())) {
      await sleep(randomInt(MISHAP_MS));
      const [worker] = this.#running.splice(randomInt(this.#running.length), 1);
      if (worker === undefined) continue;
      if (randomInt(2) === 0) {
        await worker.kill();
        this.counts.killed++;
        await this.#add();
        continue;
      }
      worker.signal('SIGSTOP');
      this.counts.stopped++;
      await Promise.all([sleep(randomInt(2 * LEASE_MS)), this.#add()]);
      worker.signal('SIGCONT');
      // It ends as an operator ends it: with what it holds.
      worker.signal('SIGTERM');
    }
    await Promise.all(this.all.map((worker) => worker.kill()));
  }

  async #add(): Promise<void> {
    const worker = await this.#start();
    this.#running.push(worker);
    this.all.push(worker);
  }

  /** The results that were accepted, as job and attempt. */
  accepted(): string[] {
    return this.all.flatMap(({ events }) =>
      events.flatMap(({ event, job_id: id, attempt }) => (event === 'done' ? [`${id} ${attempt}`] : [])),
    );
  }
}

describe.each(['sqlite', 'postgres'] as const)(
  'workers that are killed, stopped and restarted (%s)',
  (database) => {
    test(`${JOBS} jobs are each completed once, and each completion is in the usage record once`, async () => {
      const jobs = await JobHome.open(database, { KEYWARD_LOG_LEVEL: 'warn' });
      const server = await jobs.home.serve();
      const client = await jobs.client(server);
      const key: Key = await jobs.key(server, 'miner');
      const model = jobs.newName('model');
      const crew = new Crew(() => jobs.worker({ servers: [server], key, model, places: PLACES }));
      let submitted = 0;
      const submit = async (): Promise<void> => {
        while (submitted++ < JOBS)
          await client.start(
            model,
            { work_ms: randomInt(20), pieces: randomInt(3) },
            { max_attempts: 20, ttl_seconds: 86_400 },
          );
      };
      const submits = Promise.all(Array.from({ length: SUBMITS }, submit));
      const open = async (): Promise<number> => {
        const [row] = await jobs.rows<{ count: number }>(
          `select count(*) as count from jobs where state in ('QUEUED', 'RUNNING')`,
        );
        return Number(row?.count);
      };
      await crew.mishaps(async () => submitted >= JOBS && (await open()) === 0);
      await submits;
      const rows = await jobs.rows<Row>(
        `select state, completed, count(*) as count from (
         select state, (select count(*) from job_attempts where job_id = jobs.id and outcome = 'completed') as completed
         from jobs) as each_job group by state, completed`,
      );
      expect(rows).toEqual([{ state: 'COMPLETED', completed: 1, count: JOBS }]);
      const accepted = crew.accepted();
      expect(new Set(accepted.map((line) => line.split(' ')[0])).size).toBe(accepted.length);
      // Each stored result is the one that its completed attempt reported.
      const results = await jobs.rows<{ result: string; attempt: number }>(
        `select result, attempt from job_results join job_attempts using (job_id) where outcome = 'completed'`,
      );
      expect(results).toHaveLength(JOBS);
      for (const { result, attempt } of results)
        expect(result).toMatch(new RegExp(`"worker-\\d+ ${attempt}"`));
      expect(crew.counts.killed + crew.counts.stopped).toBeGreaterThan(0);
    }, 1_800_000);
  },
);
