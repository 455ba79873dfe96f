import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { QUESTION } from './openai.ts';
import { afterwards, Home, machineEnvironment, newHome, temporaryFolder } from './server.ts';
import { recorded, startUpstream } from './upstream.ts';

const SECRET = /sk-kw1[0-9A-Za-z]{50}/g;
/** The documentation says a second and 150 MB; these limits allow for a busy machine. */
const READY_MAX_MS = 10_000;
const IDLE_MAX_MB = 200;

/** A home whose servers run in the background; they are stopped after the tests. */
function backgroundHome(environment: Record<string, string> = {}): Home {
  const folder = temporaryFolder();
  const home = new Home(folder, {
    KEYWARD_DATA_DIR: join(folder, 'data'),
    KEYWARD_CONFIG_DIR: join(folder, 'config'),
    KEYWARD_PORT: '0',
    ...environment,
  });
  afterwards(() => home.keyward(['down'], { mayFail: true }));
  return home;
}

const addressIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? '';

/** Runs a line in a shell, with the key in its place. */
async function runInShell(line: string, key: string): Promise<string> {
  const options = { env: { ...machineEnvironment(), KEYWARD_API_KEY: key }, timeout: 30_000 };
  const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', line], options);
  return stdout;
}

const isAnswering = (url: string): Promise<boolean> =>
  fetch(`${url}/healthz`).then(
    (answer) => answer.ok,
    () => false,
  );

describe('keyward up', () => {
  test('The command keyward up shows the address, the key once, and a curl line that gives a real answer', async () => {
    const home = backgroundHome();
    const { stdout, stderr } = await home.keyward(['up']);
    const url = addressIn(stdout);
    const [secret = '', ...more] = (stdout + stderr).match(SECRET) ?? [];
    expect(more).toEqual([]);
    expect(stdout).toContain(`is ready at ${url}`);
    expect(stdout).toMatch(/It just answered: "[^"]*Paris/);
    const line = /Try it:\s+(curl .*)/.exec(stdout)?.[1] ?? '';
    const answer = JSON.parse(await runInShell(line, secret)) as {
      choices: { message: { content: string } }[];
    };
    expect(answer.choices[0]?.message.content).toContain('Paris');

    const again = await home.keyward(['up']);
    expect(again.stdout).toContain(url);
    expect(again.stdout + again.stderr).not.toMatch(SECRET);

    await home.keyward(['down']);
    expect(await isAnswering(url)).toBe(false);
    expect((await home.keyward(['down'])).code).toBe(0);

    const after = await home.keyward(['up']);
    expect(after.stdout + after.stderr).not.toMatch(SECRET);
    expect(after.stdout).toMatch(/It just answered: "[^"]*Paris/);
    const self = await fetch(`${addressIn(after.stdout)}/v1/keys/self`, { headers: { 'x-api-key': secret } });
    expect(self.status).toBe(200);
    await home.keyward(['down']);
  }, 120_000);

  test('The files of keyward up are readable by their user alone', async () => {
    const home = backgroundHome({ KEYWARD_LOCAL_MODEL: 'off' });
    await home.keyward(['up']);
    const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
    expect(mode(home.dataDir)).toBe('700');
    for (const entry of readdirSync(home.dataDir, { withFileTypes: true })) {
      const isPrivate = mode(join(home.dataDir, entry.name)).endsWith('00');
      expect([entry.name, isPrivate]).toEqual([entry.name, true]);
    }
  });

  test('A port in use gives one clear error', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    afterwards(() => void blocker.close());
    const port = String((blocker.address() as AddressInfo).port);
    const home = backgroundHome({ KEYWARD_LOCAL_MODEL: 'off', KEYWARD_PORT: port });
    for (const command of ['up', 'serve']) {
      const { code, stderr } = await home.keyward([command], { mayFail: true });
      expect(code).toBeGreaterThan(0);
      expect(stderr).toContain(port);
      expect(stderr).toMatch(/in use|taken|EADDRINUSE/i);
      expect(stderr).toMatch(/KEYWARD_PORT/);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
  });

  test('Without a network for the weights keyward up starts, says so, and serves an upstream', async () => {
    const models = join(temporaryFolder(), 'models');
    mkdirSync(models);
    // Nothing answers there; five attempts, the default of pip, would only take longer.
    const noIndex = { PIP_INDEX_URL: 'http://127.0.0.1:9/simple', PIP_RETRIES: '1' };
    const home = backgroundHome({ KEYWARD_MODELS_DIR: models, ...noIndex });
    const { stdout, stderr } = await home.keyward(['up']);
    expect(stdout).toContain('is ready at');
    expect(stderr).toMatch(/local model/i);
    expect(stderr).toMatch(/network|reach|connection|offline/i);
    const [secret = ''] = stdout.match(SECRET) ?? [];
    const upstream = await startUpstream();
    upstream.on('/chat/completions', recorded('chat.json'));
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const post = async (path: string, body: object): Promise<Response> =>
      fetch(addressIn(stdout) + path, { method: 'POST', headers, body: JSON.stringify(body) });
    const added = { name: 'other', base_url: upstream.baseUrl, models: ['gpt-4o-mini'] };
    expect((await post('/v1/upstreams', added)).status).toBe(201);
    const answer = await post('/v1/chat/completions', { model: 'gpt-4o-mini', messages: QUESTION });
    expect(await answer.text()).toContain('Wien');
    const local = { model: 'smollm2-135m-instruct', messages: QUESTION };
    const refused = await post('/v1/chat/completions', local);
    expect([refused.status, await refused.text()]).toEqual([503, expect.stringContaining('pip')]);
    await home.keyward(['down']);
  }, 120_000);
});

describe('without the local model', () => {
  test('A server without the local model is ready within a second and stays below 150 MB', async ({
    annotate,
  }) => {
    const home = await newHome();
    const startedMs = performance.now();
    const server = await home.serve();
    const readyMs = performance.now() - startedMs;
    await sleep(1_000);
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    const residentMb = Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) / 1024;
    await annotate(`ready after ${Math.round(readyMs)} ms, ${Math.round(residentMb)} MB resident when idle`);
    expect(readyMs).toBeLessThan(READY_MAX_MS);
    expect(residentMb).toBeLessThan(IDLE_MAX_MB);
  });
});
