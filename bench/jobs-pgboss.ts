import { PgBoss } from 'pg-boss';

/* The peer on PostgreSQL: jobs are fetched and completed one at a time by as many workers. Prints one line of JSON. */
const [url = '', jobsText = '20000', workersText = '50'] = process.argv.slice(2);
const [JOBS, WORKERS] = [Number(jobsText), Number(workersText)];

const boss = new PgBoss({ connectionString: url, max: 20 });
await boss.start();
await boss.createQueue('q');
const submitMs = performance.now();
const left = Array.from({ length: JOBS }).values();
await Promise.all(
  Array.from({ length: 200 }, async () => {
    for (const _ of left) await boss.send('q', { prompt: 'x' });
  }),
);
const submitted = Math.round(JOBS / ((performance.now() - submitMs) / 1_000));
let done = 0;
const startedMs = performance.now();
await Promise.all(
  Array.from({ length: WORKERS }, async () => {
    for (;;) {
      const [job] = await boss.fetch('q', { batchSize: 1 });
      if (job === undefined) return;
      await boss.complete('q', job.id, { output: 'x' });
      done++;
    }
  }),
);
const completed = Math.round(done / ((performance.now() - startedMs) / 1_000));
process.stdout.write(`${JSON.stringify({ submitted, completed, done })}\n`);
await boss.stop({ graceful: false });
process.exit(0);
