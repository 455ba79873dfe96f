import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { NODE_ARGUMENTS } from './processes/node-arguments.ts';

const SCRIPT = fileURLToPath(new URL('core-process.ts', import.meta.url));
const ANSWER_TIMEOUT_MS = 60_000;

/** A Keyward in a process of its own (core-process.ts), without its servers; killed when the test ends. */
export class CoreProcess {
  readonly child: ChildProcess;
  /** What it has said on stderr: its log. */
  log = '';
  #lastId = 0;
  readonly #waiting = new Map<
    number,
    { resolve: (value: unknown) => void; reject: (error: Error) => void }
  >();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.log += chunk.toString()));
    child.stdin?.on('error', () => undefined);
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`The process ended: ${this.log}`));
    });
    if (child.stdout !== null)
      createInterface(child.stdout).on('line', (line) => this.#hear(JSON.parse(line)));
  }

  /** Resolves when it has joined the other nodes. */
  ready(): Promise<void> {
    return this.#answer(0) as Promise<void>;
  }

  /** @throws an error with the code of the KeywardError that the process met. */
  ask<T = unknown>(what: string, question: Record<string, string | number> = {}): Promise<T> {
    const id = ++this.#lastId;
    const answer = this.#answer(id);
    this.child.stdin?.write(`${JSON.stringify({ id, ask: what, ...question })}\n`);
    return answer as Promise<T>;
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }

  #answer(id: number): Promise<unknown> {
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(
      () => reject(new Error(`No answer within ${ANSWER_TIMEOUT_MS} ms: ${this.log}`)),
      ANSWER_TIMEOUT_MS,
    );
    this.#waiting.set(id, { resolve, reject });
    return promise.finally(() => {
      clearTimeout(timer);
      this.#waiting.delete(id);
    });
  }

  #hear(said: unknown): void {
    if (said === 'ready') return this.#waiting.get(0)?.resolve(undefined);
    const { id, value, error } = said as {
      id: number;
      value?: unknown;
      error?: { code: string; message: string };
    };
    if (error === undefined) return this.#waiting.get(id)?.resolve(value);
    this.#waiting.get(id)?.reject(Object.assign(new Error(error.message), { code: error.code }));
  }
}

/**
 * @param environment KEYWARD_… variables, as an operator would set them.
 * @param atEnd registers what ends it: with the test, where it is left out
 */
export async function startCoreProcess(
  environment: Record<string, string>,
  atEnd: (end: () => void) => void = onTestFinished,
): Promise<CoreProcess> {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, SCRIPT, JSON.stringify(environment)], {
    stdio: 'pipe',
  });
  atEnd(() => {
    child.kill('SIGKILL');
  });
  const started = new CoreProcess(child);
  await started.ready();
  return started;
}
