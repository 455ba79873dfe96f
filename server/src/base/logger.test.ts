import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLogger, type Logger } from './logger.ts';

const SECRET = 'hunter2-and-then-some';
const KEY = `sk-kw1${'0123456789'.repeat(5)}`;

/** What is written of one call, as text. */
async function written(log: (logger: Logger) => void, isTTY = false): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const fd = openSync(join(folder, 'log'), 'w');
  log(await createLogger('debug', { stream: { fd, isTTY } as unknown as NodeJS.WriteStream }));
  closeSync(fd);
  return readFileSync(join(folder, 'log'), 'utf8');
}

const failure = Object.assign(new Error('it broke'), {
  config: { headers: { Authorization: `Bearer ${SECRET}`, accept: 'text/plain' } },
  cause: Object.assign(new Error('below'), { request: { headers: { 'x-api-key': SECRET } } }),
});

test.each<[string, object]>([
  ['at the top', { authorization: SECRET, secret: SECRET, key: SECRET, token: SECRET, password: SECRET }],
  [
    'in headers',
    { headers: { authorization: SECRET, 'x-api-key': SECRET, cookie: SECRET, 'set-cookie': [SECRET] } },
  ],
  ['in headers of a request', { req: { headers: { authorization: SECRET, 'X-API-Key': SECRET } } }],
  ['four deep', { a: { b: { c: { d: { api_key: SECRET, apiKey: SECRET } } } } }],
  ['seven deep', { a: { b: { c: { d: { e: { f: { g: { password: SECRET } } } } } } } }],
  ['in lists', { list: [{ secret: SECRET }, [{ token: SECRET }]] }],
  ['in other cases', { Authorization: SECRET, PASSWORD: SECRET, master_key: SECRET, masterKey: SECRET }],
  ['in an error', { err: failure }],
  ['in the cause of an error under another name', { problem: failure }],
  ['in names of headers that pass a key on', { 'proxy-authorization': SECRET, 'X-Auth-Token': SECRET }],
])('a secret %s is not logged', async (_where, object) => {
  const text = await written((logger) => logger.info(object, 'said'));
  expect(text).not.toContain(SECRET);
  expect(text).toContain('[secret]');
  expect(text).toContain('said');
});

test('a key or a password of a URL within a text is not logged, wherever it stands', async () => {
  const url = `postgres://keyward:${SECRET}@db:5432/x`;
  const text = await written((logger) => {
    logger.info({ detail: `tried ${KEY} on ${url}` }, `again ${KEY} on ${url}`);
    logger.warn({ err: new Error(`refused: ${KEY} at ${url}`) });
    logger.error(new Error(`refused: ${KEY}`));
    logger.child({ bound: KEY }).info('bound');
  });
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(KEY.slice(10));
  expect(text.trim().split('\n')).toHaveLength(4);
  for (const line of text.trim().split('\n')) expect(() => JSON.parse(line) as unknown).not.toThrow();
});

test('a text without a secret is logged unchanged', async () => {
  const text = await written((logger) =>
    logger.info(
      { key_id: 'key_a', keys: 3, tokens: 12, nested: { name: 'n', list: [1, null] }, at: new Date(0) },
      'said',
    ),
  );
  expect(JSON.parse(text)).toMatchObject({
    level: 30,
    key_id: 'key_a',
    keys: 3,
    tokens: 12,
    nested: { name: 'n', list: [1, null] },
    at: '1970-01-01T00:00:00.000Z',
    msg: 'said',
  });
});

test('an error is logged with its kind, message, stack and cause', async () => {
  const { err } = JSON.parse(await written((logger) => logger.error({ err: failure }, 'x'))) as {
    err: Record<string, string>;
  };
  expect(err).toMatchObject({ type: 'Error', message: expect.stringContaining('it broke') as string });
  expect(err['stack']).toContain('logger.test.ts');
  expect(JSON.stringify(err)).toContain('below');
});

test('an object that contains itself is logged', async () => {
  const ring: Record<string, unknown> = { name: 'ring' };
  ring['self'] = ring;
  expect(await written((logger) => logger.info({ ring }, 'said'))).toContain('"ring"');
});

test('a log line on a terminal is readable, and as free of secrets', async () => {
  const text = await written((logger) => logger.info({ secret: SECRET, detail: KEY }, `said ${KEY}`), true);
  expect(text).toContain('said');
  expect(text).not.toContain(SECRET);
  expect(text).not.toContain(KEY);
  expect(text).not.toContain('{"level"');
});

test('a message below the level is not logged', async () => {
  expect(await written((logger) => logger.trace('x'))).toBe('');
});
