import { setTimeout as sleep } from 'node:timers/promises';
import { createWorker } from '@keyward/sdk';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Database, Server } from '../server.ts';
import { JobHome } from './job-home.ts';

const PIECES = 300;
const KILLS = 2;

interface Stored {
  attempt: number;
  piece: string;
}

function suite(database: Database): void {
  let jobs: JobHome;
  let server: Server;
  beforeAll(async () => {
    // A server that starts on a busy machine listens some seconds after it has extended the leases.
    jobs = await JobHome.open(database, { KEYWARD_JOB_LEASE_SECONDS: '20' });
    server = await jobs.home.serve();
  });

  test('A stream whose server is killed again and again goes on in the same attempt, with each piece once', async () => {
    const model = jobs.newName('model');
    const { secret } = await jobs.key(server, 'miner');
    const client = await jobs.client(server);
    const { url } = server;
    let made = 0;
    const worker = createWorker({
      url,
      apiKey: secret,
      capabilities: { models: [model] },
      handle: async (_job, { emit }) => {
        while (made < PIECES) {
          await emit({ text: `piece ${made++} ` });
          await sleep(2);
        }
        return { output: 'all' };
      },
    });
    const run = worker.run();
    const id = await client.start(model);
    for (let kill = 1; kill <= KILLS; kill++) {
      const before = Math.floor((PIECES * kill) / (KILLS + 1));
      await expect.poll(() => made, { interval: 1, timeout: 30_000 }).toBeGreaterThan(before);
      await server.kill();
      server = await jobs.home.serve({ KEYWARD_PORT: new URL(url).port });
    }
    const { state, receipt } = await client.result(id);
    expect([state, receipt?.attempts.map(({ outcome }) => outcome)]).toEqual(['COMPLETED', ['completed']]);
    const rows = await jobs.rows<Stored>(
      `select attempt, piece from job_output where job_id = '${id}' order by seq`,
    );
    expect(rows.map(({ piece }) => (JSON.parse(piece) as { text: string }).text)).toEqual(
      Array.from({ length: PIECES }, (_, at) => `piece ${at} `),
    );
    expect(new Set(rows.map(({ attempt }) => attempt))).toEqual(new Set([1]));
    await worker.stop();
    await run;
  });
}

describe('streams of workers in SQLite', () => {
  suite('sqlite');
});
describe('streams of workers in PostgreSQL', () => {
  suite('postgres');
});
