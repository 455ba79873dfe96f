import { sql } from 'kysely';
import OpenAI, { toFile } from 'openai';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type NewKey, type TestServer } from '../../../test/server.ts';
import { newOwnerKey } from '../../api/jobs/jobs.fixture.ts';
import { BatchClient, failure, requestLine, requestLines } from './batches.fixture.ts';

const MIB = 1024 * 1024;

interface Failure {
  error: { code: string; message: string; param: string | null; type: string };
}

describeOnBothServers('files', (start) => {
  let server: TestServer;
  let owner: NewKey;
  let client: OpenAI;
  let batches: BatchClient;

  const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${server.url}/v1`, apiKey, maxRetries: 0 });
  const file = (text: string | Buffer, name = 'requests.jsonl') => toFile(Buffer.from(text), name);
  const send = async (parts: string, boundary = 'x') =>
    server.request<Failure & { id: string }>('POST', '/v1/files', {
      key: owner.secret,
      body: Buffer.from(parts.replaceAll('\n', '\r\n')),
      headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    });
  const part = (name: string, value: string, fileName?: string) =>
    `--x\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\n\n${value}\n`;
  const rows = (statement: string) => sql.raw<{ n: number }>(statement).execute(server.app.core.storage.db);

  beforeAll(async () => {
    server = await start({ KEYWARD_BATCH_FILE_MAX_MIB: '2', KEYWARD_BATCH_FILES_MAX_MIB: '5' });
    owner = await newOwnerKey(server, 'client', { role: 'client' });
    client = clientOf(owner.secret);
    batches = new BatchClient(server, owner.secret);
  });

  test('A file comes back byte for byte, also one of many pieces, until it is deleted', async () => {
    const bytes = Buffer.alloc(MIB + 77);
    for (let at = 0; at < bytes.length; at++) bytes[at] = (at * 31) % 256;
    const made = await client.files.create({ file: await file(bytes, '../a b.jsonl'), purpose: 'batch' });
    expect(made).toMatchObject({
      object: 'file',
      bytes: bytes.length,
      filename: 'a b.jsonl',
      purpose: 'batch',
      status: 'processed',
    });
    expect(made.expires_at).toBe(made.created_at + 30 * 86_400);
    const content = Buffer.from(await (await client.files.content(made.id)).arrayBuffer());
    expect(content.equals(bytes)).toBe(true);
    expect(await client.files.retrieve(made.id)).toEqual(made);
    expect(await client.files.delete(made.id)).toEqual({ id: made.id, object: 'file', deleted: true });
    expect((await failure(client.files.retrieve(made.id)))?.status).toBe(404);
    expect((await failure(client.files.content(made.id)))?.status).toBe(404);
    expect((await failure(client.files.delete(made.id)))?.status).toBe(404);
  });

  test('The fields of an upload may stand before or behind its file', async () => {
    for (const parts of [
      part('file', '{}', 'a.jsonl') + part('purpose', 'batch'),
      part('purpose', 'batch') + part('file', '{}', 'a.jsonl'),
    ])
      expect((await send(`${parts}--x--\n`)).status).toBe(200);
  });

  test('An upload may ask for an earlier deletion, and not for a later one than the server allows', async () => {
    const upload = async (seconds: number) =>
      client.files.create({
        file: await file('{}'),
        purpose: 'batch',
        expires_after: { anchor: 'created_at', seconds },
      });
    const short = await upload(3_600);
    expect(short.expires_at).toBe(short.created_at + 3_600);
    expect((await failure(upload(10)))?.message).toContain('expires_after.seconds');
  });

  test.for<[name: string, parts: string, status: number, param: string]>([
    ['without a purpose', `${part('file', '{}', 'a')}--x--\n`, 422, 'purpose'],
    ['with another purpose', `${part('file', '{}', 'a')}${part('purpose', 'vision')}--x--\n`, 422, 'purpose'],
    ['without a file', `${part('purpose', 'batch')}--x--\n`, 422, 'file'],
    ['with an empty file', `${part('file', '', 'a')}${part('purpose', 'batch')}--x--\n`, 422, 'file'],
    ['with two files', `${part('file', '{}', 'a').repeat(2)}${part('purpose', 'batch')}--x--\n`, 422, 'file'],
    ['that is cut off', part('purpose', 'batch') + part('file', '{}', 'a'), 400, 'body'],
  ])('An upload %s is refused, naming the field', async ([, parts, status, param]) => {
    const before = (await client.files.list()).data.length;
    const answer = await send(parts);
    expect([answer.status, answer.body.error.param]).toEqual([status, param]);
    expect((await client.files.list()).data).toHaveLength(before);
  });

  test('An upload that is no form, or larger than the limit, is refused, and nothing of it is kept', async () => {
    const plain = await server.request<Failure>('POST', '/v1/files', { key: owner.secret, body: { a: 1 } });
    expect([plain.status, plain.body.error.code]).toEqual([415, 'unsupported_media_type']);
    const large = await failure(
      client.files.create({ file: await file(Buffer.alloc(3 * MIB, 'a')), purpose: 'batch' }),
    );
    expect([large?.status, large?.code]).toEqual([413, 'too_large']);
    expect(large?.message).toContain('KEYWARD_BATCH_FILE_MAX_MIB');
    const { rows: left } = await rows('select count(*) as n from batch_files where is_ready = 0');
    expect(Number(left[0]?.n)).toBe(0);
  });

  test('The files of an owner together have a limit', async () => {
    const other = await newOwnerKey(server, 'full', { role: 'client' });
    const full = clientOf(other.secret);
    const upload = async () =>
      full.files.create({ file: await file(Buffer.alloc(2 * MIB - 10, 'a')), purpose: 'batch' });
    await upload();
    const { id } = await upload();
    const refused = await failure(upload());
    expect([refused?.status, refused?.code]).toEqual([413, 'too_large']);
    await full.files.delete(id);
    expect((await upload()).object).toBe('file');
  });

  test('The list has pages, an order and a purpose', async () => {
    const other = clientOf((await newOwnerKey(server, 'list', { role: 'client' })).secret);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++)
      ids.push((await other.files.create({ file: await file('{}'), purpose: 'batch' })).id);
    const listed: string[] = [];
    for await (const { id } of other.files.list({ limit: 2, order: 'asc' })) listed.push(id);
    expect(new Set(listed)).toEqual(new Set(ids));
    expect(listed).toHaveLength(5);
    const newest: string[] = [];
    for await (const { id } of other.files.list({ limit: 2 })) newest.push(id);
    expect(newest).toEqual(listed.toReversed());
    expect((await other.files.list({ purpose: 'batch_output' })).data).toEqual([]);
    const [foreign] = (await client.files.list({ limit: 1 })).data;
    expect((await failure(other.files.list({ after: foreign?.id ?? '' })))?.status).toBe(422);
  });

  test('A file of another owner does not exist, and the scopes are asked for', async () => {
    const id = await batches.upload(requestLines(1));
    const other = clientOf((await newOwnerKey(server, 'other', { role: 'client' })).secret);
    const calls = [
      () => other.files.retrieve(id),
      () => other.files.content(id),
      () => other.files.delete(id),
    ];
    for (const call of calls) expect((await failure(call()))?.status).toBe(404);
    const batch = { input_file_id: id, endpoint: '/v1/chat/completions', completion_window: '24h' } as const;
    expect((await failure(other.batches.create(batch)))?.status).toBe(404);
    const reader = clientOf(
      (await server.mint({ owner: owner.key.owner.id, scopes: ['batches:read'] })).secret,
    );
    expect((await reader.files.retrieve(id)).id).toBe(id);
    for (const call of [() => reader.files.delete(id), () => reader.batches.create(batch)]) {
      const refused = await failure(call());
      expect([refused?.status, refused?.code, refused?.type]).toEqual([
        403,
        'insufficient_scope',
        'permission_error',
      ]);
    }
    const user = clientOf((await server.mint({ owner: owner.key.owner.id, scopes: ['models:use'] })).secret);
    for (const call of [() => user.files.list(), () => user.batches.list(), () => user.files.content(id)])
      expect((await failure(Promise.resolve(call())))?.code).toBe('insufficient_scope');
    const writer = clientOf((await server.mint({ owner: owner.key.owner.id, scopes: ['batches:*'] })).secret);
    expect((await failure(writer.batches.create(batch)))?.message).toContain('models:use');
  });

  test('With an owner go its files and batches', async () => {
    const other = await newOwnerKey(server, 'gone', { role: 'client' });
    const gone = new BatchClient(server, other.secret);
    const { id } = await gone.start([requestLine('a', { model: 'no-such' })]);
    await gone.over(id);
    const ownerId = other.key.owner.id;
    expect((await server.request('DELETE', `/v1/owners/${ownerId}`)).status).toBeLessThan(300);
    const count = async () =>
      Number(
        (
          await rows(`select (select count(*) from batch_files where owner_id = '${ownerId}')
            + (select count(*) from batches where owner_id = '${ownerId}') as n`)
        ).rows[0]?.n,
      );
    await expect.poll(count).toBe(0);
  });
});
