import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BatchClient, requestLines } from '../../server/src/openai/batches/batches.fixture.ts';
import type { Database, Server } from '../server.ts';
import { JobHome } from './job-home.ts';

const LINES = 1_000;
/** Of these the server is killed. */
const KILLS_AT = [200, 600];
const ANSWER_MS = 5;

/** Answers with the text that it gets, and counts the requests. `hold`: answers wait until what it returns is called. */
async function startEcho(): Promise<{
  url: string;
  asked: () => number;
  hold: () => () => void;
  close: () => void;
}> {
  let asked = 0;
  let held = Promise.resolve();
  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.setHeader('content-type', 'application/json');
      if (request.url?.endsWith('/models') === true)
        return response.end(JSON.stringify({ object: 'list', data: [{ id: 'gpt-test', object: 'model' }] }));
      asked++;
      await sleep(ANSWER_MS);
      await held;
      const { messages } = JSON.parse(Buffer.concat(chunks).toString()) as {
        messages: { content: string }[];
      };
      const message = { role: 'assistant', content: messages[0]?.content };
      const usage = { prompt_tokens: 2, completion_tokens: 1, total_tokens: 3 };
      const choices = [{ index: 0, message, finish_reason: 'stop' }];
      return response.end(
        JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'gpt-test', choices, usage }),
      );
    })().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    asked: () => asked,
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function suite(database: Database): void {
  let jobs: JobHome;
  let server: Server;
  let echo: Awaited<ReturnType<typeof startEcho>>;
  beforeAll(async () => {
    [jobs, echo] = await Promise.all([
      JobHome.open(database, { KEYWARD_LOG_LEVEL: 'info', KEYWARD_BATCH_CONCURRENCY: '64' }),
      startEcho(),
    ]);
    server = await jobs.home.serve();
    await server.ask('POST', '/v1/upstreams', { body: { name: 'echo', base_url: echo.url } });
  });
  afterAll(() => echo.close());

  test('A batch of 1,000 lines survives two kills of its server: each line is in the output once', async () => {
    const key = await jobs.key(server, 'client');
    let client = new BatchClient(server, key.secret);
    const lines = requestLines(LINES);
    const { id } = await client.start(lines);
    for (const at of KILLS_AT) {
      await client.until(id, ({ request_counts: counts }) => (counts?.completed ?? 0) >= at);
      await server.kill();
      server = await jobs.home.serve();
      client = new BatchClient(server, key.secret);
    }
    const { batch, outputs, errors } = await client.results(id);
    expect(batch).toMatchObject({
      status: 'completed',
      request_counts: { total: LINES, completed: LINES, failed: 0 },
      usage: { input_tokens: 2 * LINES, output_tokens: LINES },
    });
    expect(errors).toEqual([]);
    expect(outputs.map(({ custom_id: one }) => one)).toEqual(lines.map(({ custom_id: one }) => one));
    // Each has its own answer.
    for (const { custom_id: one, response } of outputs)
      expect(JSON.stringify(response)).toContain(`"${one}"`);
    // Only the lines that ran at a kill were asked again.
    expect(echo.asked()).toBeGreaterThanOrEqual(LINES);
    expect(echo.asked()).toBeLessThan(LINES + 200);
  });

  test('Two servers share a batch, and the death of one holds nobody up', async () => {
    const key = await jobs.key(server, 'client');
    const other = await jobs.home.serve();
    const client = new BatchClient(server, key.secret);
    const release = echo.hold();
    const { id } = await client.start(requestLines(200));
    const holders = async () =>
      jobs.rows<{ holder: string }>(
        `select distinct holder from batch_lines where batch_id = '${id}' and holder <> ''`,
      );
    await expect.poll(holders, { timeout: 30_000 }).toHaveLength(2);
    await other.kill();
    release();
    const { batch, outputs } = await client.results(id);
    expect(batch.request_counts).toEqual({ total: 200, completed: 200, failed: 0 });
    expect(new Set(outputs.map(({ custom_id: one }) => one)).size).toBe(200);
  });

  test('No key is in a log, a file or the database', async () => {
    expect(await jobs.secretsWritten()).toEqual([]);
  });
}

describe('batches, on SQLite', () => {
  suite('sqlite');
});
describe('batches, on PostgreSQL', () => {
  suite('postgres');
});
