import type { KeywardClient } from '@keyward/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { newPostgresDatabase } from '../../../test/databases.ts';
import { chatAnswer, hang, json, type TestUpstream } from '../../../test/upstream.ts';
import { collect, slowAnswer, Workplace } from './miner.fixture.ts';

/* What the database has a part in: leases, revocations and what a crash leaves. The rest is in miner.test.ts, on SQLite. */
describe.each(['sqlite', 'postgres'])('the worker program beside crashes (%s)', (dialect) => {
  let place: Workplace;
  let upstream: TestUpstream;
  let client: KeywardClient;
  let minerKey: { id: string; secret: string };
  /** Of this test alone. */
  let model = '';
  let removeDatabase: () => Promise<void> = () => Promise.resolve();
  beforeAll(async () => {
    const database = dialect === 'postgres' ? await newPostgresDatabase() : undefined;
    if (database !== undefined) removeDatabase = database.remove;
    place = new Workplace(database && { KEYWARD_DATABASE_URL: database.location });
    await place.start();
  }, 60_000);
  afterAll(async () => {
    await place.stop();
    await removeDatabase();
  });
  beforeEach(async () => {
    ({ upstream, model, minerKey, client } = await place.scene());
  });
  afterEach(async () => {
    await place.endPrograms();
    await upstream.close();
  });

  const miner = (args: string[] = []) =>
    place.miner(['--upstream', upstream.baseUrl, ...args], { KEYWARD_API_KEY: minerKey.secret });
  const asked = () => upstream.received.filter(({ path }) => path.endsWith('/chat/completions'));
  const begun = async (): Promise<void> => {
    await expect.poll(() => asked().length, { timeout: 10_000 }).toBe(1);
  };
  const messages = [{ role: 'user', content: 'hello' }];

  test('A cancellation reaches the upstream within a second', async () => {
    await miner();
    upstream.answer(hang);
    const controller = new AbortController();
    const { signal } = controller;
    const failure = client.jobs.run({ prompt: 'x', model }, { signal }).catch((error: unknown) => error);
    await begun();
    const canceledMs = performance.now();
    controller.abort(new Error('enough'));
    await asked()[0]?.aborted;
    expect(performance.now() - canceledMs).toBeLessThan(5_000);
    expect(await failure).toMatchObject({ message: 'enough' });
  });

  test('Another worker does the job of one that was killed', async () => {
    const first = await miner(['--name', 'first']);
    slowAnswer(upstream);
    const result = client.jobs.run({ prompt: 'x', model });
    await begun();
    await first.kill('SIGKILL');
    upstream.answer(json(chatAnswer()));
    await miner(['--name', 'second']);
    expect(await result).toMatchObject({ state: 'COMPLETED', receipt: { attempts: [{}, {}] } });
  });

  test('A job survives kill -9 of the server: it is computed once, and completed once', async () => {
    const program = await miner();
    const go = Promise.withResolvers<void>();
    upstream.answer(async (response, received) => {
      await go.promise;
      await json(chatAnswer())(response, received);
    });
    const result = client.jobs.run({
      payload: { endpoint: '/v1/chat/completions', messages, stream: false },
      model,
    });
    await begun();
    await place.killServer();
    await program.says('The server does not answer, and is tried again');
    go.resolve();
    await place.serve();
    const { receipt, state } = await result;
    const attempts = receipt?.attempts.length;
    expect([state, attempts, asked().length]).toEqual(['COMPLETED', 1, 1]);
    await program.says('completed in');
  }, 60_000);

  test('A stream survives kill -9 of the server: its reader gets each piece once, in one attempt', async () => {
    const program = await miner();
    const go = slowAnswer(upstream);
    const payload = { endpoint: '/v1/chat/completions', messages, stream: true };
    const all = collect(client.jobs.stream({ payload, model }));
    await begun();
    await place.killServer();
    go.resolve();
    await program.says('The server does not answer, and is tried again');
    await place.serve();
    const { outputs, result } = await all;
    expect([result.state, result.receipt?.attempts.length]).toEqual(['COMPLETED', 1]);
    const text = outputs.map((output) => JSON.stringify(output)).join('');
    expect(text.match(/"content":"[ab]"/g)).toEqual(['"content":"a"', '"content":"b"']);
  }, 60_000);

  test('A worker whose key is revoked ends with a clear message', async () => {
    const program = await miner();
    upstream.answer(hang);
    await place.home.json(['keys', 'revoke', minerKey.id]);
    expect(await program.ended).toBe(3);
    expect(program.stderr).toContain('The server refuses this key');
  });
});
