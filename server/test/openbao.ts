import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from './traffic/free-ports.ts';

/** Fetched by .ci/packages.sh. */
export const BAO = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'keyward/openbao-2.7.2/bao',
);
const START_TIMEOUT_MS = 30_000;
const POLL_MS = 25;

/** Runs the server until its own stdin ends, which happens however its parent dies. */
const KEEPER = `"$@" </dev/null >"$LOG" 2>&1 & server=$!; read -r word; kill -KILL $server; wait $server`;

/** A real OpenBao on a loopback port. */
export interface OpenBao {
  readonly address: string;
  /** Of dev mode; of a server that keeps its data after `initialize`. */
  rootToken: string;
  /** Calls its API with the root token. @throws Error with the answer's text for a status of 400 or more */
  call(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** Ends it at once, as kill -9 does; its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port. */
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** In memory, unsealed, with the root token `root` and KV version 2 at `secret/`. */
export function startDevOpenBao(): Promise<OpenBao> {
  return open((port) => [
    'server',
    '-dev',
    '-dev-no-store-token',
    '-dev-root-token-id=root',
    `-dev-listen-address=127.0.0.1:${port}`,
  ]);
}

/** One in memory for the tests of a file. */
export function useOpenBao(): OpenBao {
  let server: OpenBao | undefined;
  const started = (): OpenBao => {
    if (server === undefined) throw new Error('OpenBao starts with the first test.');
    return server;
  };
  beforeAll(async () => {
    server = await startDevOpenBao();
  }, 60_000);
  afterAll(() => server?.remove());
  return {
    get address() {
      return started().address;
    },
    get rootToken() {
      return started().rootToken;
    },
    call: (...request) => started().call(...request),
    kill: () => started().kill(),
    start: () => started().start(),
    remove: () => started().remove(),
  };
}

/** The same over TLS, with a certificate authority of its own in `ca`. */
export async function startTlsOpenBao(): Promise<OpenBao & { ca: string }> {
  let file = '';
  const server = await open((port, folder) => {
    file = join(folder, 'vault-ca.pem');
    const tls = ['-dev-tls', `-dev-tls-cert-dir=${folder}`];
    return ['server', '-dev', '-dev-no-store-token', ...tls, `-dev-listen-address=127.0.0.1:${port}`];
  }, 'https');
  return { ...server, ca: readFileSync(file, 'utf8') };
}

/** With its data on the disk (raft; OpenBao has no plain files any more): not initialized, and sealed after each start. */
export function startStoredOpenBao(): Promise<OpenBao> {
  return open((port, folder) => {
    const file = join(folder, 'server.hcl');
    mkdirSync(join(folder, 'data'), { recursive: true });
    writeFileSync(
      file,
      `storage "raft" {
         path = "${folder}/data"
         node_id = "one"
       }
       listener "tcp" {
         address = "127.0.0.1:${port}"
         cluster_address = "127.0.0.1:0"
         tls_disable = true
       }
       api_addr = "http://127.0.0.1:${port}"
       cluster_addr = "http://127.0.0.1:${port + 1}"`,
    );
    return ['server', `-config=${file}`];
  });
}

/** @returns the key that unseals it. */
export async function initialize(server: OpenBao): Promise<string> {
  const { keys, root_token } = await server.call('POST', 'sys/init', {
    secret_shares: 1,
    secret_threshold: 1,
  });
  server.rootToken = String(root_token);
  const [key] = keys as string[];
  return String(key);
}

/** Unseals it, and waits until it is active: until then each call is refused with 500. */
export async function unseal(server: OpenBao, key: string): Promise<void> {
  await server.call('POST', 'sys/unseal', { key });
  await answering(`${server.address}/v1/sys/health`);
}

async function open(
  argumentsOf: (port: number, folder: string) => string[],
  scheme: 'http' | 'https' = 'http',
): Promise<OpenBao> {
  if (!existsSync(BAO)) throw new Error('OpenBao is missing: run "sh .ci/packages.sh test".');
  const folder = mkdtempSync(join(tmpdir(), 'keyward-openbao-'));
  const port = await freePort();
  const address = `${scheme}://127.0.0.1:${port}`;
  const command = [BAO, ...argumentsOf(port, folder)];
  let child: ChildProcess | undefined;
  const server: OpenBao = {
    address,
    rootToken: 'root',
    call: async (method, path, body) => {
      const response = await fetch(`${address}/v1/${path}`, {
        method,
        headers: { 'x-vault-token': server.rootToken, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    },
    kill: async () => {
      if (child === undefined) return;
      const ended = once(child, 'exit');
      child.stdin?.end();
      await ended;
      child = undefined;
    },
    start: async () => {
      const env = { ...process.env, LOG: join(folder, 'log'), HOME: folder };
      child = spawn('sh', ['-c', KEEPER, 'sh', ...command], { stdio: ['pipe', 'ignore', 'ignore'], env });
      await answering(`${address}/v1/sys/health?sealedcode=200&uninitcode=200`);
    },
    remove: async () => {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

async function answering(url: string): Promise<void> {
  const endMs = performance.now() + START_TIMEOUT_MS;
  while (!(await isAnswered(url))) {
    if (performance.now() > endMs) throw new Error('OpenBao did not start.');
    await sleep(POLL_MS);
  }
}

function isAnswered(url: string): Promise<boolean> {
  const { get } = url.startsWith('https') ? https : http;
  return new Promise((done) => {
    const request = get(url, { rejectUnauthorized: false }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    request.on('error', () => done(false));
  });
}
