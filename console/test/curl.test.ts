import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { enableUsers } from '../../server/src/developer/people/identity.fixture.ts';
import { describeOnServer, type TestServer } from '../../server/test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../server/test/upstream.ts';
import { curlOf, readingOf, type FormRequest } from '../src/page/curl.ts';

/** Each of them ends a text, or begins something else, in a shell, in JSON or in a form. */
const TEXTS = [
  `it's "quoted"`,
  String.raw`C:\temp\new \" \\`,
  '$HOME ${HOME} $(id) `id` !! !x',
  '<b>; & | > x # %s %n *?[a]~ {a,b}',
  'END',
  '@file;type=text/html',
  ' -- é 日本 🙂 ',
];

describeOnServer('sqlite', 'the curl that a form shows, run in bash', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let folder: string;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    upstream = await startTestUpstream();
    upstream.answer(json({}));
    folder = mkdtempSync(join(tmpdir(), 'keyward-curl-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });

  /** Types the secrets in, then runs the command as it is shown. */
  async function run<T>(request: FormRequest, typed: string[] = [], address = server.url): Promise<T> {
    const script = [readingOf(request.secrets), curlOf(address, request)].filter((line) => line !== '');
    const env = { PATH: process.env['PATH'], HOME: folder, KEYWARD_API_KEY: server.adminKey };
    const bash = spawn('bash', ['-c', script.join('\n')], { cwd: folder, env });
    bash.stdin.end(typed.map((line) => `${line}\n`).join(''));
    let [out, said] = ['', ''];
    bash.stdout.on('data', (data: Buffer) => (out += data.toString()));
    bash.stderr.on('data', (data: Buffer) => (said += data.toString()));
    const code = await new Promise((resolve) => bash.on('close', resolve));
    if (code !== 0) throw new Error(`${String(code)}: ${said}`);
    return JSON.parse(out) as T;
  }

  test.for(TEXTS)('sends the name %j as it was typed', async (text) => {
    const body = { name: `key ${text}.`, scopes: ['models:use'], metadata: { [`note ${text}`]: text } };
    const { key } = await run<{ key: object }>({ operation: 'keys.create', body });
    expect(key).toMatchObject({ name: body.name, metadata: body.metadata });
  });

  test.for([...TEXTS, 'tab\tinside'])(
    'sends the secret %j as it was typed, beside other text',
    async (text) => {
      const password = `${text} and more`;
      const username = `u${TEXTS.indexOf(text) + 1}`;
      const body = { username, role: 'default', bio: text };
      const made = await run<{ user: { bio: string } | null; error: string | null }>(
        { operation: 'users.create', body, secrets: { password: 'FIRST_PASSWORD' } },
        [password],
      );
      expect(made).toMatchObject({ error: null, user: { username, bio: text } });
      const login = await server.request<{ valid: boolean }>('POST', '/api/request-token', {
        key: null,
        body: { username, password },
      });
      expect(login.body.valid).toBe(true);
    },
  );

  test('sends several secrets as a list, each as it was typed', async () => {
    const request: FormRequest = {
      operation: 'session.recover',
      body: { username: TEXTS[0] },
      secrets: { codes: ['FIRST_CODE', 'SECOND_CODE'], password: 'NEW_PASSWORD' },
    };
    const [first = '', second = '', third = ''] = TEXTS.slice(1);
    await run(request, [first, second, third], upstream.baseUrl);
    expect(JSON.parse(upstream.received.at(-1)?.body.toString() ?? '')).toEqual({
      username: TEXTS[0],
      codes: [first, second],
      password: third,
    });
  });

  test('names a thing in the address, and a filter, whatever its text', async () => {
    for (const text of TEXTS) {
      await run({ operation: 'keys.list', query: { q: text, tag: text } }, [], upstream.baseUrl);
      const asked = new URL(upstream.received.at(-1)?.path ?? '', 'http://x');
      expect([asked.searchParams.get('q'), asked.searchParams.get('tag')]).toEqual([text, text]);
      await run({ operation: 'keys.get', path: { id: text } }, [], upstream.baseUrl);
      const { pathname } = new URL(upstream.received.at(-1)?.path ?? '', 'http://x');
      expect(decodeURIComponent(pathname.split('/').at(-1) ?? '')).toBe(text);
    }
  });

  test('uploads a file whatever its name is, with texts beside it', async () => {
    const name = String.raw`it's "a;b", c\d $HOME.md`;
    writeFileSync(join(folder, name), 'The lighthouse is fifteen metres high.');
    const metadata = JSON.stringify({ title: '@not a file;type=x "y" \\' });
    const form = { file: `@${name}`, metadata };
    const { documents } = await run<{ documents: { title: string }[] }>({
      operation: 'documents.upload',
      form,
    });
    expect(documents[0]?.title).toBe('@not a file;type=x "y" \\');
  });
});
