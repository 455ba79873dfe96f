import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type NewKey, type TestServer } from '../../server/test/server.ts';
import { chatAnswer, json, startTestUpstream, type TestUpstream } from '../../server/test/upstream.ts';
import type { Key } from '../src/keys/holdings/draft.ts';
import { snippetsOf } from '../src/keys/secret/snippets.ts';

const run = promisify(execFile);
/** The folder of a program that uses the published client of OpenAI. */
const PROGRAM = fileURLToPath(new URL('../../acceptance/', import.meta.url));
/** A name that ends a text in every shell and language that does not quote it. */
const MODEL = `it's"x"\`y\`$z`;

describeOnServer('sqlite', 'the snippets beside a new secret', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let minted: NewKey;
  beforeAll(async () => {
    server = await start();
    upstream = await startTestUpstream();
    upstream.answer(json(chatAnswer()));
    const body = { name: 'up', base_url: upstream.baseUrl, models: [MODEL], prices: {} };
    await server.request('POST', '/v1/upstreams', { body });
    minted = await server.mint({
      name: 'app',
      scopes: ['models:use', 'keys:read'],
      selectors: { models: { allow: [MODEL] } },
    });
  });
  const snippets = () => snippetsOf(minted.key as unknown as Key, minted.secret, server.url);
  const textOf = (label: string): string => snippets().find((one) => one.label === label)?.text ?? '';
  const environment = (): Record<string, string | undefined> => ({
    PATH: process.env['PATH'],
    ...Object.fromEntries(
      textOf('.env')
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ),
  });
  const asked = (): unknown => JSON.parse(upstream.received.at(-1)?.body.toString() ?? '');

  test('the curl snippet asks the model that the key is for, with the variables of the .env snippet', async () => {
    const { stdout } = await run('sh', ['-c', textOf('curl')], { env: environment() });
    expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion' });
    expect(asked()).toMatchObject({ model: MODEL });
  });

  test('the Node snippet runs with the published client as it is', async () => {
    const args = ['--input-type=module', '--eval', textOf('Node')];
    const { stdout } = await run(process.execPath, args, { env: environment(), cwd: PROGRAM });
    expect(stdout.trim()).not.toBe('');
    expect(asked()).toMatchObject({ model: MODEL });
  });

  test('only the snippets that say so hold the secret', () => {
    const holding = snippets().filter(({ text }) => text.includes(minted.secret));
    expect(holding.map(({ label, isSecret }) => [label, isSecret])).toEqual([
      ['.env', true],
      ['Message', true],
    ]);
  });
});
