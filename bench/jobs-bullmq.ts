import { Queue, Worker } from 'bullmq';

/* The peer on Redis: its own worker with as many jobs at a time. Prints one line of JSON. */
const [portText = '6379', jobsText = '20000', workersText = '50'] = process.argv.slice(2);
const [JOBS, WORKERS] = [Number(jobsText), Number(workersText)];
const connection = { host: '127.0.0.1', port: Number(portText), maxRetriesPerRequest: null };

const queue = new Queue('q', { connection });
const submitMs = performance.now();
const left = Array.from({ length: JOBS }).values();
await Promise.all(
  Array.from({ length: 200 }, async () => {
    for (const _ of left) await queue.add('j', { prompt: 'x' });
  }),
);
const submitted = Math.round(JOBS / ((performance.now() - submitMs) / 1_000));
let done = 0;
const finished = Promise.withResolvers<void>();
const startedMs = performance.now();
const worker = new Worker('q', () => Promise.resolve({ output: 'x' }), { connection, concurrency: WORKERS });
worker.on('completed', () => {
  done++;
  if (done === JOBS) finished.resolve();
});
await finished.promise;
const completed = Math.round(done / ((performance.now() - startedMs) / 1_000));
process.stdout.write(`${JSON.stringify({ submitted, completed, done })}\n`);
await worker.close(true);
await queue.close();
process.exit(0);
