import { beforeAll, beforeEach, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { checkReceipt } from '../../jobs/index.ts';
import { JobClient, newOwnerKey, TestWorker, type Assigned, type Problem } from './jobs.fixture.ts';

interface Outcome {
  job_id: string;
  outcome: string;
  receipt: { job_id: string; signature: string; completion_tokens: number } | null;
  error: { status: number; code: string; detail: string; hint: string | null } | null;
}

const MIB = 1_048_576;
const USAGE = { prompt_tokens: 3, completion_tokens: 5 };

describeOnBothServers('results of several jobs in one request', (start) => {
  let server: TestServer;
  let clientKey: NewKey;
  let client: JobClient;
  let minerKey: NewKey;
  let worker: TestWorker;
  let stranger: TestWorker;
  let number = 0;
  let model = '';
  beforeAll(async () => {
    server = await start({ KEYWARD_JOB_RESULT_MAX_MIB: '1' });
  });
  beforeEach(async () => {
    model = `model-${++number}`;
    clientKey = await newOwnerKey(server, 'client', { role: 'client' });
    client = new JobClient(server, clientKey.secret);
    minerKey = await newOwnerKey(server, 'miner', { role: 'miner' });
    worker = new TestWorker(server, minerKey.secret, `worker-${number}`);
    const other = await newOwnerKey(server, 'stranger', { role: 'miner' });
    stranger = new TestWorker(server, other.secret, `stranger-${number}`);
    for (const one of [worker, stranger]) await one.register({ models: [model] }, { concurrency: 32 });
  });

  const report = (results: readonly object[], by = worker) =>
    by.post<{ results: Outcome[] } & Problem>('results', { results });
  const resultOf = ({ job_id, lease_token }: Assigned, output: unknown = `of ${job_id}`) => ({
    job_id,
    lease_token,
    result: { output, usage: USAGE },
  });
  const take = async (count: number, by = worker): Promise<Assigned[]> => {
    for (let job = 0; job < count; job++) await client.submit({ model });
    const taken: Assigned[] = [];
    while (taken.length < count) taken.push(await by.take());
    return taken;
  };
  const briefly = ({ results }: { results: Outcome[] }): (string | undefined)[] =>
    results.map(({ outcome, error }) => (error === null ? outcome : `${outcome}: ${error.code}`));
  const requestsOf = async ({ id }: NewKey): Promise<Record<string, number>> => {
    const path = `/v1/keys/${id}/usage`;
    const { body } = await server.request<{
      items: { requests: number; refusals: Record<string, number> }[];
    }>('GET', path);
    const all: Record<string, number> = {};
    for (const { requests, refusals } of body.items)
      for (const [code, count] of Object.entries({ ...refusals, all: requests }))
        all[code] = (all[code] ?? 0) + count;
    return all;
  };

  test('each of them is stored with a receipt of its own, and a repeat gives the same receipts', async () => {
    const taken = await take(3);
    const results = taken.map((job) => resultOf(job));
    const { status, body } = await report(results);
    expect([status, briefly(body)]).toEqual([200, ['completed', 'completed', 'completed']]);
    for (const [at, { job_id: id, receipt, error }] of body.results.entries()) {
      expect([id, error]).toEqual([taken[at]?.job_id, null]);
      expect(receipt).toMatchObject({ job_id: id, completion_tokens: 5 });
      expect((await client.ask('GET', `/v1/jobs/${id}/receipt`)).body).toEqual(receipt);
      expect((await client.result(id)).body.result).toMatchObject({ output: `of ${id}` });
    }
    expect((await report(results.toReversed())).body.results).toEqual(body.results.toReversed());
    // The single route and this one are one.
    const alone = await worker.result(taken[0]!, `of ${taken[0]?.job_id}`);
    expect(alone.body.receipt).toEqual(body.results[0]?.receipt);
    await expect.poll(async () => (await requestsOf(clientKey))['all']).toBe(3 + 3 + 3 + 3);
  });

  test('who prefers a minimal answer gets no receipt in it, and the same one later', async () => {
    const prefer = (wish: string) => ({ prefer: wish });
    const [alone, ...both] = (await take(3)) as [Assigned, Assigned, Assigned];
    const { job_id: id, ...result } = resultOf(alone);
    const minimal = prefer('respond-async, return="minimal"');
    const answer = await worker.post<{ receipt: object | null }>(`${id}/result`, result, minimal);
    expect([answer.status, answer.body]).toEqual([200, { receipt: null }]);
    expect(answer.headers.get('preference-applied')).toBe('return=minimal');
    const results = both.map((job) => resultOf(job));
    const together = await worker.post<{ results: Outcome[] }>('results', { results }, minimal);
    expect(together.headers.get('preference-applied')).toBe('return=minimal');
    expect(together.body.results).toMatchObject([
      { outcome: 'completed', receipt: null, error: null },
      { outcome: 'completed', receipt: null, error: null },
    ]);
    for (const job of [alone, ...both]) {
      const { body: receipt } = await client.ask<object>('GET', `/v1/jobs/${job.job_id}/receipt`);
      expect(checkReceipt(receipt, [])).toMatchObject({ valid: true });
      // A preference that this route does not know.
      const again = await worker.post(
        `${job.job_id}/result`,
        { ...resultOf(job), job_id: undefined },
        prefer('wait=1'),
      );
      expect([again.status, again.body]).toEqual([200, { receipt }]);
      expect(again.headers.has('preference-applied')).toBe(false);
    }
  });

  test('a refused one changes nothing, says why, is counted by its code, and spoils none of the others', async () => {
    const [good, wrongToken, canceled, large, alsoGood] = (await take(5)) as [
      Assigned,
      Assigned,
      Assigned,
      Assigned,
      Assigned,
    ];
    const [foreign] = (await take(1, stranger)) as [Assigned];
    await server.request('POST', `/v1/jobs/${canceled.job_id}/cancel`, { key: client.key });
    const last = good.job_id.endsWith('0') ? '1' : '0';
    const unknown = { ...good, job_id: good.job_id.slice(0, -1) + last };
    const { status, body } = await report([
      resultOf({ ...wrongToken, lease_token: good.lease_token }),
      resultOf(good),
      // Its token is known, but its worker is another owner's.
      resultOf(foreign, 'stolen'),
      resultOf(canceled),
      resultOf(large, 'x'.repeat(MIB)),
      resultOf(unknown),
      resultOf(alsoGood),
    ]);
    expect(status).toBe(200);
    expect(briefly(body)).toEqual([
      'refused: lease_lost',
      'completed',
      'refused: lease_lost',
      'refused: already_finished',
      'refused: too_large',
      'refused: lease_lost',
      'completed',
    ]);
    expect(body.results.map(({ error }) => error?.status)).toEqual([
      409,
      undefined,
      409,
      409,
      413,
      409,
      undefined,
    ]);
    expect(body.results[0]).toMatchObject({ receipt: null, error: { hint: expect.stringMatching(/\w/) } });
    for (const { job_id: id } of [wrongToken, foreign, large])
      expect((await client.get(id)).state).toBe('RUNNING');
    expect((await client.get(canceled.job_id)).state).toBe('CANCELED');
    for (const { job_id: id } of [good, alsoGood]) expect((await client.get(id)).state).toBe('COMPLETED');
    await expect
      .poll(() => requestsOf(minerKey))
      .toMatchObject({ lease_lost: 3, already_finished: 1, too_large: 1 });
    expect((await stranger.result(foreign, 'own')).status).toBe(200);
    expect((await client.result(foreign.job_id)).body.result).toMatchObject({ output: 'own' });
  });

  test('of two results for one job the first counts: the same one again is a repeat, another one is refused', async () => {
    const [job, other] = (await take(2)) as [Assigned, Assigned];
    const { body } = await report([
      resultOf(job, 'first'),
      resultOf(job, 'first'),
      resultOf(job, 'second'),
      resultOf(other),
    ]);
    expect(briefly(body)).toEqual(['completed', 'completed', 'refused: already_finished', 'completed']);
    expect(body.results[1]?.receipt).toEqual(body.results[0]?.receipt);
    expect((await client.result(job.job_id)).body.result).toMatchObject({ output: 'first' });
  });

  test('a request with none, too many, too large or misshapen results is refused as a whole', async () => {
    const [job] = (await take(1)) as [Assigned];
    const good = resultOf(job);
    const many = Array.from({ length: 101 }, () => good);
    const { job_id: _, ...nameless } = good;
    for (const [results, ...expected] of [
      [[], 422, 'invalid_input'],
      [many, 422, 'invalid_input'],
      [[good, nameless], 422, 'invalid_input'],
      [[good, { ...good, lease_token: 'x' }], 422, 'invalid_input'],
      [[good, { ...good, more: 1 }], 422, 'invalid_input'],
      [[good, { ...good, result: 'x'.repeat(16 * MIB) }], 413, 'too_large'],
    ] as [object[], number, string][]) {
      const { status, body } = await report(results);
      expect([status, body.code]).toEqual(expected);
    }
    expect((await client.get(job.job_id)).state).toBe('RUNNING');
  });

  test('nothing is stored for a key that was revoked, lacks the scope, or is missing', async () => {
    const taken = await take(2);
    const results = taken.map((job) => resultOf(job));
    const poller = await server.mint({
      name: 'poller',
      owner: minerKey.key.owner.id,
      scopes: ['workers:poll'],
    });
    expect((await report(results, new TestWorker(server, poller.secret, worker.name))).status).toBe(403);
    const body = { results };
    expect((await server.request('POST', '/v1/workers/results', { key: null, body })).status).toBe(401);
    for (const { job_id: id } of taken) expect((await client.get(id)).state).toBe('RUNNING');
    await server.request('POST', `/v1/keys/${minerKey.id}/revoke`);
    expect((await report(results)).status).toBe(401);
    for (const { job_id: id } of taken)
      await expect.poll(async () => (await client.get(id)).state).toBe('QUEUED');
  });

  test('a job whose client key has ended is canceled, and the others of the request are stored', async () => {
    const [mine] = (await take(1)) as [Assigned];
    const ended = await newOwnerKey(server, 'ended', { role: 'client' });
    await new JobClient(server, ended.secret).submit({ model });
    const theirs = await worker.take();
    await server.request('POST', `/v1/keys/${ended.id}/revoke`);
    const { body } = await report([resultOf(theirs), resultOf(mine)]);
    expect(briefly(body)).toEqual(['refused: already_finished', 'completed']);
  });
});
