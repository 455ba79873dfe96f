import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';

interface Outcome {
  line: number;
  outcome: string;
  key_id?: string;
  code?: string;
  errors?: { field: string }[];
}

const ndjson = { 'content-type': 'application/x-ndjson' };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

describeOnBothServers('importing keys', (start, dialect) => {
  let server: TestServer;
  const send = (body: string | Buffer, key?: string) =>
    server.request<string>('POST', '/v1/keys/import', {
      body,
      headers: ndjson,
      ...(key === undefined ? {} : { key }),
    });
  const outcomesOf = (text: string): Outcome[] =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Outcome);
  const importLines = async (lines: object[], key?: string) =>
    outcomesOf((await send(lines.map((line) => JSON.stringify(line)).join('\n'), key)).text);
  const works = async (secret: string) =>
    (await server.request('GET', '/v1/keys/self', { key: secret })).status === 200;

  beforeAll(async () => {
    server = await start();
  });

  test('keys imported as text and as SHA-256 work unchanged; a repeat changes nothing', async () => {
    const lines = [
      { name: 'plain', role: 'client', secret: 'legacy-0123456789abcdef' },
      {
        name: 'hashed',
        role: 'client',
        sha256: sha256('hashed-0123456789abcdef'),
        owner: 'admin',
        tags: ['old'],
      },
    ];
    const first = await importLines(lines);
    expect(first.map(({ line, outcome }) => [line, outcome])).toEqual([
      [1, 'imported'],
      [2, 'imported'],
    ]);
    expect([await works('legacy-0123456789abcdef'), await works('hashed-0123456789abcdef')]).toEqual([
      true,
      true,
    ]);
    const again = await importLines([lines[0] ?? {}, { ...lines[1], name: 'other name' }]);
    expect(again.map(({ outcome, key_id }) => [outcome, key_id])).toEqual(
      first.map(({ key_id }) => ['exists', key_id]),
    );
    const audit = await server.request('GET', '/v1/audit?action=keys.import');
    expect(audit.text).toContain(first[0]?.key_id);
    expect(audit.text).not.toContain('legacy-0123');
  });

  test('an invalid line of an import is reported by its number and stops nothing', async () => {
    const good = (n: number) =>
      JSON.stringify({ name: `good ${n}`, role: 'client', secret: `good-${n}-0123456789abcdef` });
    const { text, status, headers } = await send(
      Buffer.concat([
        Buffer.from(`${good(1)}\r\n\n{"name": \n`),
        Buffer.from([0x22, 0xff, 0x22, 10]),
        Buffer.from(`${JSON.stringify({ name: 'x'.repeat(70_000) })}\n`),
        Buffer.from('{"name":"n","role":"client","secret":"short"}\n{"name":"n","role":"client"}\n[]\n'),
        Buffer.from('{"name":"n","role":"client","secret":"$VARIABLE_NOT_SET","colour":"red"}\n'),
        Buffer.from('{"name":"n","role":"client","owner":"nobody","secret":"0123456789abcdefgh"}\n'),
        Buffer.from(good(2)),
      ]),
    );
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson; charset=utf-8']);
    const found = outcomesOf(text).map(({ line, outcome, code, errors }) => [
      line,
      outcome,
      code ?? null,
      errors?.[0]?.field ?? null,
    ]);
    expect(found).toEqual([
      [1, 'imported', null, null],
      [3, 'refused', 'bad_request', 'body'],
      [4, 'refused', 'bad_request', 'body'],
      [5, 'refused', 'too_large', null],
      [6, 'refused', 'invalid_input', 'secret'],
      [7, 'refused', 'invalid_input', 'secret'],
      [8, 'refused', 'invalid_input', 'body'],
      [9, 'refused', 'invalid_input', 'colour'],
      [10, 'refused', 'invalid_input', 'owner'],
      [11, 'imported', null, null],
    ]);
    expect(text).not.toContain('VARIABLE_NOT_SET');
  });

  test('a key cannot import keys that hold more than it', async () => {
    const { secret } = await server.mint({ scopes: ['keys:write'] });
    const lines = [
      { name: 'up', role: 'admin', secret: 'way-up-0123456789abcdef' },
      { name: 'same', scopes: ['keys:write'], secret: 'same-0123456789abcdef' },
    ];
    const outcomes = await importLines(lines, secret);
    expect(outcomes.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['refused', 'scope_escalation'],
      ['imported', undefined],
    ]);
    expect(await works('way-up-0123456789abcdef')).toBe(false);
  });

  test('the same new secret in many simultaneous imports becomes one key', async () => {
    const line = { name: 'raced', role: 'client', secret: 'raced-0123456789abcdef' };
    const outcomes = (await Promise.all(Array.from({ length: 6 }, () => importLines([line, line])))).flat();
    expect(outcomes.filter(({ outcome }) => outcome === 'imported')).toHaveLength(1);
    expect(new Set(outcomes.map(({ key_id }) => key_id)).size).toBe(1);
    const found = await server.request<{ items: unknown[] }>('GET', '/v1/keys?q=raced');
    expect(found.body.items).toHaveLength(1);
  });

  // On PostgreSQL each line costs its round trips.
  const many = dialect === 'sqlite' ? 10_000 : 2_000;
  test(`${many} lines are imported in constant memory`, async () => {
    const line = (n: number) =>
      JSON.stringify({ name: `bulk ${n}`, role: 'client', sha256: sha256(`bulk ${n}`) });
    const body = Array.from({ length: many }, (_, n) => line(n)).join('\n');
    const before = process.memoryUsage().rss;
    const outcomes = outcomesOf((await send(body)).text);
    expect(outcomes.filter(({ outcome }) => outcome === 'imported')).toHaveLength(many);
    expect(process.memoryUsage().rss - before).toBeLessThan(120 * 1024 * 1024);
    expect(await works(`bulk ${many - 1}`)).toBe(true);
  }, 60_000);

  test('an import that is cut off has stored every reported line, and no half line', async () => {
    const line = (n: number) =>
      `${JSON.stringify({ name: `cut ${n}`, role: 'client', secret: `cut-${n}-0123456789abcdef` })}\n`;
    const head = `POST /v1/keys/import HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${server.adminKey}\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n`;
    const body = Array.from({ length: 450 }, (_, n) => line(n)).join('') + line(450).slice(0, -20);
    const reported = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(server.port, '127.0.0.1');
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (!text.includes('"line":400,')) return;
        resolve(text);
        socket.destroy();
      });
      socket.write(`${head}${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n`);
    });
    const ids = [...reported.matchAll(/"key_id":"(key_\w+)"/g)].map(([, id]) => id);
    expect(ids).toHaveLength(400);
    await sleep(200);
    for (const n of [0, 399]) expect(await works(`cut-${n}-0123456789abcdef`)).toBe(true);
    expect(await works('cut-450-0123456789abcdef')).toBe(false);
    const stored = await server.request<{ items: { name: string }[] }>('GET', '/v1/keys?q=cut%20&limit=1');
    expect(stored.body.items[0]?.name).toMatch(/^cut \d+$/);
  });
});
