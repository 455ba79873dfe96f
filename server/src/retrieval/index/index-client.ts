import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { AskName, AskOf, Replies, Reply } from './index-messages.ts';

const PROGRAM = fileURLToPath(new URL('index-process.ts', import.meta.url));
const WAITING_MAX = 1_000;
/** A process that does not answer for so long is killed. */
const ANSWER_MAX_MS = 60_000;
/** Between two starts: repeated crashes must not overload the machine. */
const RESTART_MIN_MS = 100;
const RESTART_MAX_MS = 10_000;
const STOP_MS = 2_000;

/** The process ended, and what it held is lost; the next request starts another. */
export class IndexGone extends Error {
  constructor(how: string) {
    super(`the index process ${how}`);
    this.name = 'IndexGone';
  }
}

interface Waiting {
  resolve(value: never): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

export interface IndexOptions {
  logger: Logger;
  /** Of memory; collections that were used least recently are dropped. */
  bytesMax: number;
  /** A collection with more vectors gets a graph. */
  exactMax: number;
}

/** Starts the index process for the first request, and again after it died. */
export class IndexClient {
  readonly #options: IndexOptions;
  #child: ChildProcess | undefined;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #life = 0;
  #deaths = 0;
  #notBeforeMs = 0;
  #isStopped = false;

  constructor(options: IndexOptions) {
    this.#options = options;
  }

  /** Another number after each death. */
  get life(): number {
    return this.#life;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** @throws IndexGone when it dies meanwhile; KeywardError `not_ready` with too many requests, or just after a death. */
  ask<A extends AskName>(question: AskOf<A>): Promise<Replies[A]> {
    if (this.#waiting.size >= WAITING_MAX) throw busy('Too many searches wait.');
    const child = (this.#child ??= this.#start());
    const id = ++this.#lastId;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_MAX_MS);
      this.#waiting.set(id, { resolve, reject, timer });
      child.send({ id, ...question }, (error) => {
        if (error !== null) this.#lost(child, 'cannot be reached');
      });
    });
  }

  #start(): ChildProcess {
    if (this.#isStopped || performance.now() < this.#notBeforeMs)
      throw busy('The search index is restarting.');
    const { bytesMax, exactMax } = this.#options;
    const child = fork(PROGRAM, [String(bytesMax), String(exactMax)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // The server's environment has secrets.
      env: {},
    });
    child.on('message', (reply: Reply) => this.#heard(reply));
    child.on('error', () => this.#lost(child, 'could not be started or reached'));
    child.once('exit', (code, signal) =>
      this.#lost(child, signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
    // It must not keep the server's process alive.
    child.unref();
    child.channel?.unref();
    return child;
  }

  /** Several events report the same death: the first one counts. All requests fail at once. */
  #lost(child: ChildProcess, how: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.#life++;
    child.kill('SIGKILL');
    if (!this.#isStopped) this.#options.logger.warn({ how }, 'the index process ended unexpectedly');
    const waitMs = Math.min(RESTART_MIN_MS * (2 ** this.#deaths++ - 1), RESTART_MAX_MS);
    this.#notBeforeMs = performance.now() + waitMs;
    for (const id of this.#waiting.keys()) this.#settle(id, (waiting) => waiting.reject(new IndexGone(how)));
  }

  #heard(reply: Reply): void {
    this.#deaths = 0;
    this.#settle(reply.id, (waiting) => {
      if ('error' in reply) waiting.reject(new Error(reply.error));
      else waiting.resolve(reply.value as never);
    });
  }

  #settle(id: number, act: (waiting: Waiting) => void): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    act(waiting);
  }

  /** Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    if (child.connected) child.disconnect();
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(kill);
  }
}

const busy = (message: string): KeywardError =>
  new KeywardError('not_ready', message, { hint: 'Try again in a moment.', headers: { 'retry-after': '1' } });
