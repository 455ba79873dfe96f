import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';
import { newPostgresDatabase } from '../server/test/databases.ts';
import { makeInstance } from '../server/test/instance.ts';

export const REPOSITORY = fileURLToPath(new URL('..', import.meta.url));
export const KEYWARD = join(REPOSITORY, 'keyward');
export type Database = 'sqlite' | 'postgres';

const START_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 60_000;
const MODEL_TIMEOUT_MS = 60_000;

/** Undone after the last test of the file, in the opposite order. */
const cleanups: (() => Promise<unknown> | void)[] = [];
export const afterwards = (cleanup: () => Promise<unknown> | void): void => void cleanups.push(cleanup);

afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}, 60_000);

export interface HomeOptions {
  database?: Database;
  /** Whether the local model runs too; its weights are in the default directory. */
  localModel?: boolean;
  environment?: Record<string, string>;
}

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface CommandOptions {
  stdin?: string;
  environment?: Record<string, string>;
  cwd?: string;
}

/** The environment of the machine, without settings of Keyward. */
export function machineEnvironment(): Record<string, string> {
  const own =
    /^(KEYWARD_|VITEST|NODE_ENV$|NODE_OPTIONS$|(CLIENT|MINER|ADMIN)_API_KEYS$|FORCE_COLOR$|DEV$|TEST$)/;
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || own.test(name) ? [] : [[name, value]],
    ),
  );
}

/** A fresh folder that is removed after the last test of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-acceptance-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Runs `./keyward` with arguments until it ends. */
export function keyward(
  args: string[],
  { stdin = '', environment = {}, cwd = tmpdir() }: CommandOptions = {},
): Promise<Ended> {
  const options = {
    cwd,
    env: { ...machineEnvironment(), ...environment },
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: 64 * 1024 * 1024,
  };
  return new Promise((resolve) => {
    const child = execFile(KEYWARD, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code ?? 128);
      resolve({ code, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined).end(stdin);
  });
}

/** A data directory with its settings; the servers and commands on it share everything. */
export class Home {
  readonly folder: string;
  readonly environment: Record<string, string>;
  /** Minted before the first server started. */
  adminKey = '';
  readonly servers: Server[] = [];

  constructor(folder: string, environment: Record<string, string>) {
    this.folder = folder;
    this.environment = environment;
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  /** Runs a command in this data directory. @throws when it fails, unless `mayFail`. */
  async keyward(
    args: string[],
    { mayFail = false, ...options }: CommandOptions & { mayFail?: boolean } = {},
  ): Promise<Ended> {
    const environment = { ...this.environment, ...options.environment };
    const ended = await keyward(args, { cwd: this.folder, ...options, environment });
    if (ended.code !== 0 && !mayFail)
      throw new Error(`keyward ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}${ended.stdout}`);
    return ended;
  }

  /** Starts one more server on it and waits until it is ready. */
  async serve(environment: Record<string, string> = {}): Promise<Server> {
    const server = new Server(this, environment);
    this.servers.push(server);
    await server.untilReady();
    return server;
  }
}

/** A fresh data directory, its database and its first admin key. */
export async function newHome(options: HomeOptions = {}): Promise<Home> {
  const { database = 'sqlite', localModel = false, environment = {} } = options;
  const folder = temporaryFolder();
  const home = new Home(folder, {
    KEYWARD_DATA_DIR: join(folder, 'data'),
    KEYWARD_CONFIG_DIR: join(folder, 'config'),
    KEYWARD_PORT: '0',
    KEYWARD_LOCAL_MODEL: localModel ? 'on' : 'off',
    KEYWARD_DRAIN_SECONDS: '0',
    ...(database === 'postgres' ? { KEYWARD_DATABASE_URL: await newDatabase() } : {}),
    ...environment,
  });
  home.adminKey = await makeInstance(home.environment);
  return home;
}

async function newDatabase(): Promise<string> {
  const { location, remove } = await newPostgresDatabase();
  afterwards(remove);
  return location;
}

/** A fresh data directory and one server on it. */
export async function startServer(options: HomeOptions = {}): Promise<Server> {
  return (await newHome(options)).serve();
}

export interface RequestOptions {
  /** The admin key where it is left out, none for null. */
  key?: string | null;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  text: string;
  body: T;
}

export interface MintedKey {
  id: string;
  secret: string;
}

/** One `keyward serve` in a process of its own. */
export class Server {
  readonly home: Home;
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  /** Known once it is ready. */
  url = '';
  readonly #gone: Promise<unknown>;

  constructor(home: Home, environment: Record<string, string>) {
    this.home = home;
    // The kernel kills it when this process ends in any way.
    const command = ['--pdeathsig', 'KILL', KEYWARD, 'serve'];
    this.child = spawn('setpriv', command, {
      cwd: home.folder,
      env: { ...machineEnvironment(), ...home.environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#gone = once(this.child, 'close');
    afterwards(() => this.stop());
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async untilReady(): Promise<void> {
    const deadlineMs = performance.now() + START_TIMEOUT_MS;
    while (performance.now() < deadlineMs && !this.hasEnded) {
      this.url = /http:\/\/127\.0\.0\.1:\d+/.exec(this.stdout + this.stderr)?.[0] ?? '';
      const ready =
        this.url !== '' &&
        (await fetch(`${this.url}/readyz`).then(
          (answer) => answer.ok,
          () => false,
        ));
      if (ready) return;
      await sleep(20);
    }
    throw new Error(`The server did not become ready: ${this.stderr}${this.stdout}`);
  }

  /** Waits until the local model answers. */
  async untilModelReady(): Promise<void> {
    const deadlineMs = performance.now() + MODEL_TIMEOUT_MS;
    for (;;) {
      const { body } = await this.request<{ parts: { local_model?: { ok: boolean } } }>('GET', '/readyz');
      if (body.parts.local_model?.ok === true) return;
      if (performance.now() > deadlineMs) throw new Error(`The local model did not come up: ${this.stderr}`);
      await sleep(50);
    }
  }

  async request<T = unknown>(
    method: string,
    path: string,
    { key = this.home.adminKey, body, headers = {}, signal }: RequestOptions = {},
  ): Promise<Answer<T>> {
    const isJson = typeof body === 'object' && !(body instanceof FormData);
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: isJson ? JSON.stringify(body) : (body as NonNullable<RequestInit['body']>) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const answered = parsed(response.headers.get('content-type') ?? '', text);
    return { status: response.status, headers: response.headers, text, body: answered as T };
  }

  /** The body of an answer that must be 2xx. */
  async ask<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
    const { status, body, text } = await this.request<T>(method, path, options);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    return body;
  }

  async mint(fields: object = {}): Promise<MintedKey> {
    const body = { name: 'a key', ...('scopes' in fields ? {} : { role: 'client' }), ...fields };
    const { key, secret } = await this.ask<{ key: { id: string }; secret: string }>('POST', '/v1/keys', {
      body,
    });
    return { id: key.id, secret };
  }

  async addUpstream(fields: object): Promise<{ id: string }> {
    return this.ask('POST', '/v1/upstreams', { body: { name: 'recorded', ...fields } });
  }

  /** As an operator does; resolves when the process has ended. Idempotent. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** As the kernel does when memory runs out. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    this.child.kill(signal);
    if (signal === 'SIGTERM') this.child.kill('SIGCONT');
    await this.#gone;
  }
}

function parsed(type: string, text: string): unknown {
  return /^application\/(problem\+)?json/.test(type) && text !== '' ? JSON.parse(text) : text;
}
