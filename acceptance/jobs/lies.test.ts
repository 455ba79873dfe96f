import { connect } from 'node:net';
import { once } from 'node:events';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Database, Server } from '../server.ts';
import { JobHome, type Client, type Key } from './job-home.ts';

const MIB = 1_048_576;

interface Assigned {
  job_id: string;
  lease_token: string;
}

function suite(database: Database): void {
  let jobs: JobHome;
  let server: Server;
  let client: Client;
  let miner: Key;
  beforeAll(async () => {
    const limits = {
      KEYWARD_JOB_RESULT_MAX_MIB: '1',
      KEYWARD_JOB_PAYLOAD_MAX_MIB: '1',
      KEYWARD_JOB_LEASE_SECONDS: '30',
    };
    jobs = await JobHome.open(database, limits);
    server = await jobs.home.serve();
    client = await jobs.client(server);
    miner = await jobs.key(server, 'miner');
  });
  const say = <T>(path: string, body: unknown, headers: Record<string, string> = {}) =>
    server.request<T & { code: string }>('POST', `/v1/workers/${path}`, { key: miner.secret, body, headers });
  const chunks = ({ job_id: id, lease_token: token }: Assigned, body: string) =>
    say(`${id}/chunks`, body, { 'x-lease-token': token, 'content-type': 'application/x-ndjson' });
  const take = async (): Promise<Assigned> => {
    const model = jobs.newName('model');
    await say('register', { capabilities: { models: [model] }, concurrency: 50 });
    await client.start(model);
    const { status, body } = await say<Assigned>('poll', { max_wait_seconds: 10 });
    expect(status).toBe(200);
    return body;
  };
  const outputOf = async ({ job_id: id }: Assigned): Promise<number[]> => {
    const [row] = await jobs.rows<Record<string, number>>(
      `select output_seq, output_bytes, (select count(*) from job_output where job_id = '${id}') as pieces
       from jobs where id = '${id}'`,
    );
    return Object.values(row ?? {}).map(Number);
  };
  const refusedAs = ({ status, body }: Answer<{ code: string }>): unknown[] => [status, body.code];
  const refusalsOf = async (key: Key): Promise<Record<string, number>> => {
    const { items } = await server.ask<{ items: { refusals: Record<string, number> }[] }>(
      'GET',
      `/v1/keys/${key.id}/usage`,
    );
    const all: Record<string, number> = {};
    for (const { refusals } of items)
      for (const [code, count] of Object.entries(refusals)) all[code] = (all[code] ?? 0) + count;
    return all;
  };

  test('Output that is too large, of too many pieces, or not JSON is refused whole, and counted by its code', async () => {
    const before = await refusalsOf(miner);
    const job = await take();
    const piece = `${JSON.stringify({ text: 'x'.repeat(MIB / 4) })}\n`;
    for (let sent = 0; sent < 3; sent++) expect((await chunks(job, piece)).status).toBe(202);
    const stored = await outputOf(job);
    expect(stored[0]).toBe(3);
    for (const [body, ...expected] of [
      [piece, 413, 'too_large'],
      [`1\n${piece}`, 413, 'too_large'],
      ['1\n'.repeat(1_001), 413, 'too_large'],
      [`"${'x'.repeat(MIB)}"\n`, 413, 'too_large'],
      ['1\n{"text": \n', 422, 'invalid_input'],
      ['1\n{"text"', 422, 'invalid_input'],
    ] as const)
      expect(refusedAs(await chunks(job, body))).toEqual(expected);
    const result = { lease_token: job.lease_token, result: { output: 'x'.repeat(MIB) } };
    expect(refusedAs(await say(`${job.job_id}/result`, result))).toEqual([413, 'too_large']);
    expect(await outputOf(job)).toEqual(stored);
    expect((await client.get(job.job_id)).state).toBe('RUNNING');
    const { too_large: large = 0, invalid_input: invalid = 0 } = before;
    await expect
      .poll(() => refusalsOf(miner))
      .toMatchObject({ too_large: large + 5, invalid_input: invalid + 2 });
  });

  test('Reports with the token of another job change nothing, and are counted as lost leases', async () => {
    const [one, other] = [await take(), await take()];
    const mixed = { job_id: one.job_id, lease_token: other.lease_token };
    const { lease_token } = mixed;
    for (const answer of [
      await chunks(mixed, '1\n'),
      await say(`${one.job_id}/result`, { lease_token, result: {} }),
      await say(`${one.job_id}/fail`, { lease_token, error_code: 'internal' }),
      await say('heartbeat', { leases: [mixed] }),
    ])
      expect(refusedAs(answer as Answer<{ code: string }>)).toEqual([409, 'lease_lost']);
    expect(await outputOf(one)).toEqual([0, 0, 0]);
    for (const { job_id: id } of [one, other]) expect((await client.get(id)).state).toBe('RUNNING');
    await expect.poll(() => refusalsOf(miner)).toMatchObject({ lease_lost: 4 });
  });

  test('A connection that breaks in the middle of a line leaves none of its lines', async () => {
    const job = await take();
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1');
    const lines = '{"text":"a"}\n{"text":"b"}\n{"te';
    socket.write(
      `POST /v1/workers/${job.job_id}/chunks HTTP/1.1\r\nHost: x\r\nX-Api-Key: ${miner.secret}\r\n` +
        `X-Lease-Token: ${job.lease_token}\r\nContent-Type: application/x-ndjson\r\n` +
        `Transfer-Encoding: chunked\r\n\r\n${lines.length.toString(16)}\r\n${lines}\r\n`,
    );
    const running = () => server.ask<{ items: { route: string }[] }>('GET', '/v1/running');
    await expect
      .poll(async () => (await running()).items.map(({ route }) => route))
      .toContain('workers.chunks');
    socket.destroy();
    await once(socket, 'close');
    await expect
      .poll(async () => (await running()).items.map(({ route }) => route))
      .not.toContain('workers.chunks');
    expect(await outputOf(job)).toEqual([0, 0, 0]);
    expect((await chunks(job, '{"text":"a"}\n')).status).toBe(202);
    expect((await outputOf(job))[2]).toBe(1);
  });

  test('A payload that is too large makes no job, and is counted', async () => {
    const payload = { model: 'm', text: 'x'.repeat(MIB) };
    expect(refusedAs(await client.submit({ payload }))).toEqual([413, 'too_large']);
    const rows = await jobs.rows(
      `select id from job_payloads join jobs on id = job_id where length(payload) > ${MIB / 2}`,
    );
    expect(rows).toEqual([]);
    await expect.poll(() => refusalsOf(client.key)).toMatchObject({ too_large: 1 });
  });
}

describe('workers and clients that lie, on SQLite', () => {
  suite('sqlite');
});
describe('workers and clients that lie, on PostgreSQL', () => {
  suite('postgres');
});
