import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClient, unwrap, type JobPiece, type KeywardClient } from '@keyward/sdk';
import { SHORT_CLOCKS } from '../../api/jobs/jobs.fixture.ts';
import { makeInstance } from '../../../test/instance.ts';
import { chatEvents, startTestUpstream, USAGE, type TestUpstream } from '../../../test/upstream.ts';
import { Home } from '../cli.fixture.ts';

const SAYS_MAX_MS = 60_000;

/** A program of a test, with all that it has said. */
export class Program {
  readonly child: ChildProcess;
  readonly ended: Promise<number | NodeJS.Signals | null>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdin?.on('error', () => undefined);
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = once(child, 'close').then(([code, signal]) => (code ?? signal) as number);
  }

  /** Waits until it has said this. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const said = (): string => this.stdout + this.stderr;
      const look = (): void => {
        if (!said().includes(text)) return;
        clearTimeout(timer);
        resolve();
      };
      const missing = (): void => reject(new Error(`It never said "${text}", but: ${said()}`));
      const timer = setTimeout(missing, SAYS_MAX_MS);
      for (const stream of [this.child.stdout, this.child.stderr]) stream?.on('data', look);
      void this.ended.then(missing);
      look();
    });
  }

  async kill(signal: NodeJS.Signals): Promise<number | NodeJS.Signals | null> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** What a job has streamed, until its result. */
export async function collect(pieces: AsyncIterable<JobPiece>) {
  const outputs = [];
  for await (const piece of pieces) {
    if (piece.kind === 'output') outputs.push(piece.output);
    if (piece.kind === 'result') return { outputs, result: piece.result };
  }
  throw new Error('There was no result.');
}

export const delta = (content: string): Buffer =>
  Buffer.from(
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`,
  );

/** Answers in pieces that a test lets go. */
export function slowAnswer(upstream: TestUpstream) {
  const go = Promise.withResolvers<void>();
  upstream.answer(async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(delta('a'));
    await go.promise;
    response.end(Buffer.concat([delta('b'), chatEvents({ usage: USAGE })]));
  });
  return go;
}

/** What one test of a worker has for itself alone. */
interface Scene {
  upstream: TestUpstream;
  model: string;
  minerKey: { id: string; secret: string };
  client: KeywardClient;
}

/** A server of its own process, which can be killed and come back, with its workers. */
export class Workplace {
  /** A server that starts on a busy machine listens some seconds after it has extended the leases. */
  readonly home: Home;
  readonly programs: Program[] = [];
  url = '';
  adminKey = '';
  #server: Program | undefined;
  #scenes = 0;

  /** @param env of the server, such as another database */
  constructor(env: Record<string, string> = {}) {
    this.home = new Home({ ...SHORT_CLOCKS, KEYWARD_JOB_LEASE_SECONDS: '10', ...env });
  }

  async start(): Promise<void> {
    const { home } = this;
    this.adminKey = await makeInstance(home.env);
    await this.serve();
    home.env['KEYWARD_API_KEY'] = this.adminKey;
  }

  /** Again, at the same address. */
  async serve(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const server = new Program(this.home.spawn(['serve'], { KEYWARD_PORT: port }));
    this.#server = server;
    await server.says('is ready at http');
    this.url = /http:\/\/127\.0\.0\.1:\d+/.exec(server.stdout)?.[0] ?? '';
    this.home.env['KEYWARD_URL'] = this.url;
  }

  async killServer(): Promise<void> {
    await this.#server?.kill('SIGKILL');
  }

  /** A key of an owner of its own. */
  async key(role: 'client' | 'miner'): Promise<{ id: string; secret: string; client: KeywardClient }> {
    const admin = createClient({ url: this.url, apiKey: this.adminKey });
    const name = `${role} ${Math.random()}`;
    const owner = await unwrap(admin.POST('/v1/owners', { body: { name, kind: 'person' } }));
    const { key, secret } = await unwrap(admin.POST('/v1/keys', { body: { name, role, owner: owner.id } }));
    return { id: key.id, secret, client: createClient({ url: this.url, apiKey: secret }) };
  }

  /** An upstream with a model of its own, and keys of a worker and of a client. */
  async scene(): Promise<Scene> {
    const upstream = await startTestUpstream();
    const model = `model-${++this.#scenes}`;
    upstream.models = [model];
    const minerKey = await this.key('miner');
    const { client } = await this.key('client');
    return { upstream, model, minerKey, client };
  }

  /** `keyward miner run`, which has registered. */
  async miner(args: string[], env: Record<string, string> = {}, stdin = ''): Promise<Program> {
    const program = this.program(['miner', 'run', ...args], env, stdin);
    await program.says('Registered as wrk_');
    return program;
  }

  program(args: string[], env: Record<string, string> = {}, stdin = ''): Program {
    const program = new Program(this.home.spawn(args, env));
    program.child.stdin?.end(stdin);
    this.programs.push(program);
    return program;
  }

  /** A program that stands on PATH in place of another. @returns PATH */
  onPath(name: string, script: string): string {
    const folder = join(this.home.folder, 'bin');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
    return `${folder}:${process.env['PATH'] ?? ''}`;
  }

  /** Ends the workers of a test. */
  async endPrograms(): Promise<void> {
    for (const program of this.programs.splice(0)) await program.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.endPrograms();
    await this.#server?.kill('SIGTERM');
    this.home.remove();
  }
}
