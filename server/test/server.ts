import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, describe, expect } from 'vitest';
import { MIGRATIONS, openApp, type App } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { ArrivalTimes } from '../src/http/index.ts';
import { mintFirstKey, type KeyView } from '../src/keys/index.ts';
import type { DialectName } from '../src/storage/index.ts';
import { newPostgresDatabase, writeSqliteFile } from './databases.ts';
import { faultsOf } from './server-answers.ts';

export interface Answer<T> {
  status: number;
  headers: Headers;
  /** Parsed where it is JSON, otherwise the text. */
  body: T;
  text: string;
}

export interface RequestOptions {
  /** The key to use; the admin key where it is left out, none for null. */
  key?: string | null;
  /** An object is sent as JSON; anything else as it is. */
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The answer is an upstream's own, whatever shape it has. */
  isPassedOn?: boolean;
}

export interface NewKey {
  id: string;
  secret: string;
  key: KeyView;
}

/** A real server on a loopback port, on a fresh database. */
export interface TestServer {
  readonly url: string;
  readonly port: number;
  readonly adminKey: string;
  readonly app: App;
  readonly dialect: DialectName;
  readonly dataDir: string;
  /** What it has written to its log, as lines. */
  readonly log: string[];
  /** The environment it was started with; a second process on it shares its database. */
  readonly environment: Record<string, string>;
  /** One request. Its answer is checked against what its route declares, and fails the test that asked. */
  request<T = unknown>(method: string, path: string, options?: RequestOptions): Promise<Answer<T>>;
  /** Mints a key with the admin key. */
  mint(fields?: object): Promise<NewKey>;
  /** Sends bytes on a connection of their own; resolves with all that came back until it was closed. */
  raw(bytes: string | Buffer, options?: { destroyAfterMs?: number }): Promise<string>;
  stop(): Promise<void>;
}

/** @param times how long requests may take to arrive. */
export type StartServer = (environment?: Record<string, string>, times?: ArrivalTimes) => Promise<TestServer>;

/**
 * Runs a suite against real servers, once on SQLite and once on PostgreSQL. `start` is for `beforeAll` and for tests;
 * all that was started is stopped and removed after the suite.
 */
export function describeOnBothServers(
  name: string,
  suite: (start: StartServer, dialect: DialectName) => void,
): void {
  describeOnServer('sqlite', name, suite);
  describeOnServer('postgres', name, suite);
}

/**
 * For sweeps over all routes and the like, which depend little on the database: on SQLite, and in `make test-slow` on
 * PostgreSQL too.
 */
export function describeOnBothWhenSlow(
  name: string,
  suite: (start: StartServer, dialect: DialectName) => void,
): void {
  describeOnServer('sqlite', name, suite);
  if (process.env['KEYWARD_SLOW'] === '1') describeOnServer('postgres', name, suite);
}

/** The same for what does not depend on the database. */
export function describeOnServer(
  dialect: DialectName,
  name: string,
  suite: (start: StartServer, dialect: DialectName) => void,
): void {
  describe(`${name} (${dialect})`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    const faults: string[] = [];
    afterEach(() => {
      expect(faults.splice(0).join('\n')).toBe('');
    });
    afterAll(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });
    suite((environment, times) => startServer(dialect, { environment, times, cleanups, faults }), dialect);
  });
}

interface Started {
  environment: Record<string, string> | undefined;
  times: ArrivalTimes | undefined;
  cleanups: (() => Promise<void>)[];
  faults: string[];
}

async function startServer(
  dialect: DialectName,
  { environment: given = {}, times, cleanups, faults }: Started,
): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-server-'));
  cleanups.push(async () => rmSync(folder, { recursive: true, force: true }));
  const dataDir = join(folder, 'data');
  mkdirSync(dataDir, { mode: 0o700 });
  if (dialect === 'sqlite') await writeSqliteFile(join(dataDir, 'keyward.db'), MIGRATIONS);
  const environment = {
    KEYWARD_DATA_DIR: dataDir,
    KEYWARD_PORT: '0',
    KEYWARD_LOCAL_MODEL: 'off',
    KEYWARD_DRAIN_SECONDS: '0',
    KEYWARD_LOG_LEVEL: 'debug',
    ...(dialect === 'postgres' && given['KEYWARD_DATABASE_URL'] === undefined
      ? { KEYWARD_DATABASE_URL: await newDatabase(cleanups) }
      : {}),
    ...given,
  };
  const log: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void log.push(line) });
  const app = await openApp(readConfig(environment), logger, { times });
  cleanups.push(async () => void (await app.stop()));
  const first = await mintFirstKey(app.core.keys);
  await app.start();
  const server = { app, dialect, dataDir: environment.KEYWARD_DATA_DIR, log, environment };
  return new RunningServer({ ...server, adminKey: first?.secret ?? '' }, faults);
}

async function newDatabase(cleanups: (() => Promise<void>)[]): Promise<string> {
  const { location, remove } = await newPostgresDatabase(undefined, MIGRATIONS);
  cleanups.push(remove);
  return location;
}

type Known = Pick<TestServer, 'app' | 'dialect' | 'dataDir' | 'log' | 'environment' | 'adminKey'>;

class RunningServer implements TestServer {
  readonly url: string;
  readonly port: number;
  readonly adminKey: string;
  readonly app: App;
  readonly dialect: DialectName;
  readonly dataDir: string;
  readonly log: string[];
  readonly environment: Record<string, string>;
  readonly #faults: string[];

  constructor({ app, dialect, dataDir, log, environment, adminKey }: Known, faults: string[]) {
    this.app = app;
    this.dialect = dialect;
    this.dataDir = dataDir;
    this.log = log;
    this.environment = environment;
    this.adminKey = adminKey;
    this.url = app.url();
    this.port = Number(new URL(this.url).port);
    this.#faults = faults;
  }

  async request<T = unknown>(
    method: string,
    path: string,
    { key = this.adminKey, body, headers = {}, signal, isPassedOn }: RequestOptions = {},
  ): Promise<Answer<T>> {
    const isJson = Object.getPrototypeOf(body ?? '') === Object.prototype || Array.isArray(body);
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(isJson ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isJson ? JSON.stringify(body) : (body as string) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const { status } = response;
    if (isPassedOn !== true)
      this.#faults.push(...faultsOf({ method, path, status, headers: response.headers, text }));
    return { status, headers: response.headers, body: parsed(response, text) as T, text };
  }

  async mint(fields: object = {}): Promise<NewKey> {
    const body = { name: 'test key', ...('scopes' in fields ? {} : { role: 'client' }), ...fields };
    const answer = await this.request<{ key: KeyView; secret: string }>('POST', '/v1/keys', { body });
    if (answer.status !== 201) throw new Error(`no key was minted: ${answer.text}`);
    const { key, secret } = answer.body;
    return { id: key.id, secret, key };
  }

  raw(bytes: string | Buffer, { destroyAfterMs }: { destroyAfterMs?: number } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      const socket = connect(this.port, '127.0.0.1', () => socket.write(bytes));
      socket.setTimeout(10_000, () => socket.destroy(new Error('no end after 10 s')));
      socket.on('data', (chunk) => chunks.push(chunk));
      socket.on('error', (error: NodeJS.ErrnoException) =>
        error.code === 'ECONNRESET' || error.code === 'EPIPE' ? undefined : reject(error),
      );
      socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
      if (destroyAfterMs !== undefined) setTimeout(() => socket.destroy(), destroyAfterMs);
    });
  }

  async stop(): Promise<void> {
    await this.app.stop();
  }
}

function parsed(response: Response, text: string): unknown {
  const type = response.headers.get('content-type') ?? '';
  return /^application\/([\w.-]+\+)?json\b/.test(type) && text !== '' ? JSON.parse(text) : text;
}
