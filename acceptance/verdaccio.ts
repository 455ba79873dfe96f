import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterwards, machineEnvironment, REPOSITORY, temporaryFolder } from './server.ts';
import { freePort } from '../server/test/traffic/free-ports.ts';

const START_TIMEOUT_MS = 60_000;
const BINARY = join(REPOSITORY, 'node_modules/.bin/verdaccio');

/** A real npm registry, with one user and without the registry of the world behind it. */
export interface Verdaccio {
  url: string;
  user: string;
  password: string;
  /** As the user. */
  tokens(): Promise<{ key: string; cidr: string[] }[]>;
  revoke(key: string): Promise<void>;
  /** Whether a token opens it. */
  opens(token: string): Promise<boolean>;
}

export async function startVerdaccio(password: string): Promise<Verdaccio> {
  const folder = temporaryFolder();
  const user = 'ci';
  writeFileSync(
    join(folder, 'config.yaml'),
    `storage: ./storage
auth: { htpasswd: { file: ./htpasswd } }
web: { enable: false }
packages: { '**': { access: $authenticated, publish: $authenticated } }
log: { type: stdout, format: json, level: warn }
`,
  );
  const url = `http://127.0.0.1:${await freePort()}`;
  const command = ['--pdeathsig', 'KILL', process.execPath, BINARY, '-c', 'config.yaml', '-l', url.slice(7)];
  const child = spawn('setpriv', command, { cwd: folder, env: machineEnvironment(), stdio: 'ignore' });
  const gone = once(child, 'close');
  afterwards(async () => {
    child.kill('SIGKILL');
    await gone;
  });
  const ask = (path: string, options: RequestInit = {}) => fetch(url + path, options);
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  while (
    !(await ask('/-/ping').then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > deadlineMs || child.exitCode !== null)
      throw new Error('Verdaccio did not become ready.');
    await sleep(50);
  }
  const json = { 'content-type': 'application/json' };
  const made = await ask(`/-/user/org.couchdb.user:${user}`, {
    method: 'PUT',
    headers: json,
    body: JSON.stringify({ name: user, password }),
  });
  if (made.status !== 201) throw new Error(`Verdaccio answers ${made.status} to the new user.`);
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return {
    url,
    user,
    password,
    tokens: async () => {
      const answer = await ask('/-/npm/v1/tokens', { headers: { authorization } });
      return ((await answer.json()) as { objects: { key: string; cidr: string[] }[] }).objects;
    },
    revoke: async (key) => {
      await ask(`/-/npm/v1/tokens/token/${key}`, { method: 'DELETE', headers: { authorization } });
    },
    opens: async (token) =>
      (await ask('/-/npm/v1/user', { headers: { authorization: `Bearer ${token}` } })).status === 200,
  };
}
