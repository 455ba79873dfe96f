import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SHORT_CLOCKS } from '../../server/src/api/jobs/jobs.fixture.ts';
import { changeDatabase, databaseRows } from '../../server/test/instance.ts';
import { Canaries, filesBelow, type Hit } from '../canaries.ts';
import { databaseDump } from '../database-dump.ts';
import {
  afterwards,
  machineEnvironment,
  newHome,
  type Answer,
  type Database,
  type Home,
  type RequestOptions,
  type Server,
} from '../server.ts';

export const LEASE_MS = Number(SHORT_CLOCKS.KEYWARD_JOB_LEASE_SECONDS) * 1_000;
export const SWEEP_MS = Number(SHORT_CLOCKS.KEYWARD_JOB_SWEEP_SECONDS) * 1_000;
const WAIT_MS = 45_000;

const PROGRAMS = {
  typescript: [process.execPath, fileURLToPath(new URL('worker-process.ts', import.meta.url))],
  python: ['python3', fileURLToPath(new URL('worker.py', import.meta.url))],
};

export interface Job {
  job_id: string;
  state: string;
  attempt: number;
  started_at: string;
  finished_at: string;
  is_possible: boolean;
  impossible_because: string[];
}

interface Attempt {
  attempt: number;
  worker_id: string;
  outcome: string;
  started_at: string;
  ended_at: string;
}

export interface JobResult {
  state: string;
  result: { output: string } | null;
  error: { code: string } | null;
  receipt: { attempts: Attempt[] } | null;
}

/** A line of a worker. */
export interface WorkerEvent {
  event: 'registered' | 'took' | 'done' | 'refused' | 'dropped' | 'draining' | 'unanswered';
  job_id?: string;
  attempt?: number;
  to?: string;
  status?: number;
  code?: string;
  state?: string;
}

/** Servers, clients and workers around one queue; the processes end with the test file. */
export class JobHome {
  readonly home: Home;
  /** Secrets of all keys. */
  readonly secrets: string[] = [];
  readonly workers: WorkerProcess[] = [];
  #names = 0;

  constructor(home: Home) {
    this.home = home;
    this.secrets.push(home.adminKey);
  }

  static async open(database: Database, environment: Record<string, string> = {}): Promise<JobHome> {
    return new JobHome(
      await newHome({
        database,
        environment: { ...SHORT_CLOCKS, KEYWARD_LOG_LEVEL: 'trace', ...environment },
      }),
    );
  }

  /** A name that nobody has here: of a model, an owner or a worker. */
  newName(what: string): string {
    return `${what}-${++this.#names}`;
  }

  /** A key of an owner of its own. */
  async key(server: Server, role: 'client' | 'miner', fields: object = {}): Promise<Key> {
    const name = this.newName(role);
    const body = { name, kind: 'person' };
    const { id: owner } = await server.ask<{ id: string }>('POST', '/v1/owners', { body });
    const { id, secret } = await server.mint({ name, role, owner, ...fields });
    this.secrets.push(secret);
    return { id, secret, owner };
  }

  async client(server: Server, fields: object = {}): Promise<Client> {
    return new Client(server, await this.key(server, 'client', fields));
  }

  /** Runs until it is killed. Resolves when it is registered. */
  async worker(options: WorkerOptions): Promise<WorkerProcess> {
    const worker = new WorkerProcess({ name: this.newName('worker'), ...options });
    this.workers.push(worker);
    if (options.program !== 'python') await worker.until(({ event }) => event === 'registered');
    return worker;
  }

  /** The keys of all, in all that was written and answered. */
  async secretsWritten(): Promise<Hit[]> {
    const canaries = new Canaries();
    for (const [index, secret] of this.secrets.entries()) canaries.add(`key ${index}`, secret);
    const server = this.home.servers.find(({ hasEnded }) => !hasEnded);
    if (server === undefined) throw new Error('No server runs.');
    const paths = ['/v1/workers', '/v1/usage', '/v1/audit?limit=200', '/v1/keys?limit=200', '/metrics'];
    const answers = await Promise.all(paths.map((path) => server.request('GET', path)));
    const texts = [
      ...answers.map(({ text }) => text),
      ...this.workers.map(({ output }) => output),
      ...this.home.servers.map(({ stdout, stderr }) => stdout + stderr),
    ];
    const traces = [
      ...texts.map((text, index) => ({ where: `text ${index}`, bytes: Buffer.from(text) })),
      ...filesBelow(this.home.folder),
      ...databaseDump(this.home),
    ];
    return traces.flatMap((trace) => canaries.hitsIn(trace));
  }

  /** Rows of the database itself. */
  rows<T>(statement: string): Promise<T[]> {
    return databaseRows(this.#location, statement);
  }

  change(statement: string): Promise<void> {
    return changeDatabase(this.#location, statement);
  }

  get #location(): string {
    return this.home.environment['KEYWARD_DATABASE_URL'] ?? join(this.home.dataDir, 'keyward.db');
  }
}

export interface Key {
  id: string;
  secret: string;
  owner: string;
}

/** A client of the queue. */
export class Client {
  readonly server: Server;
  readonly key: Key;

  constructor(server: Server, key: Key) {
    this.server = server;
    this.key = key;
  }

  ask<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
    return this.server.request<T>(method, path, { key: this.key.secret, ...options });
  }

  submit(body: object, headers: Record<string, string> = {}): Promise<Answer<Job & { code: string }>> {
    return this.ask('POST', '/v1/jobs', { body, headers });
  }

  /** @param payload how its worker behaves. @throws when it is refused */
  async start(model: string, payload: object = {}, more: object = {}): Promise<string> {
    const { status, text, body } = await this.submit({ payload: { model, ...payload }, ...more });
    if (status !== 201) throw new Error(`A job was refused: ${status} ${text}`);
    return body.job_id;
  }

  async get(id: string): Promise<Job> {
    return (await this.ask<Job>('GET', `/v1/jobs/${id}`)).body;
  }

  /** At the end of the job. */
  async result(id: string): Promise<JobResult> {
    for (;;) {
      const { status, text, body } = await this.ask<JobResult>('GET', `/v1/jobs/${id}/result?wait=30`);
      if (status === 200) return body;
      if (status !== 425) throw new Error(`${id}: ${status} ${text}`);
    }
  }
}

export interface WorkerOptions {
  servers: readonly Server[];
  key: Key;
  model: string;
  /** One of its own where it is left out. */
  name?: string;
  /** Jobs at a time. */
  places?: number;
  program?: keyof typeof PROGRAMS;
}

/** A worker program. */
export class WorkerProcess {
  readonly name: string;
  readonly child: ChildProcess;
  readonly events: WorkerEvent[] = [];
  output = '';
  readonly #listeners = new Set<() => void>();
  readonly ended: Promise<unknown>;

  constructor({ servers, key, model, name = '', places = 1, program = 'typescript' }: WorkerOptions) {
    this.name = name;
    const urls = servers.map(({ url }) => url);
    this.child = spawn('setpriv', ['--pdeathsig', 'KILL', ...PROGRAMS[program]], {
      env: {
        ...machineEnvironment(),
        KEYWARD_URL: urls[0] ?? '',
        WORKER_URLS: urls.join(),
        WORKER_KEY: key.secret,
        WORKER_NAME: name,
        WORKER_MODEL: model,
        WORKER_PLACES: String(places),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.ended = once(this.child, 'close').then(() => this.#changed());
    this.child.stderr?.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    if (this.child.stdout !== null)
      createInterface(this.child.stdout).on('line', (line) => {
        this.output += `${line}\n`;
        this.events.push(JSON.parse(line) as WorkerEvent);
        this.#changed();
      });
    afterwards(() => this.kill());
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The first such event, also one before. @throws when it does not come, or the process has ended without it */
  async until(matches: (event: WorkerEvent) => boolean): Promise<WorkerEvent> {
    const deadlineMs = performance.now() + WAIT_MS;
    for (;;) {
      const found = this.events.find(matches);
      if (found !== undefined) return found;
      if (this.hasEnded || performance.now() > deadlineMs)
        throw new Error(`${this.name} did not do it: ${this.output}`);
      const changed = Promise.withResolvers<void>();
      this.#listeners.add(changed.resolve);
      await Promise.race([changed.promise, sleep(1_000)]);
      this.#listeners.delete(changed.resolve);
    }
  }

  took(jobId: string): Promise<WorkerEvent> {
    return this.until(({ event, job_id }) => event === 'took' && job_id === jobId);
  }

  done(jobId: string): Promise<WorkerEvent> {
    return this.until(({ event, job_id }) => event === 'done' && job_id === jobId);
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** As a power cut does. Idempotent. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
