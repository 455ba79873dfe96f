import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { NODE_ARGUMENTS } from './processes/node-arguments.ts';

/** A process of Node started by a test; killed when the test ends. */
export interface TestProcess {
  readonly child: ChildProcess;
  /** What it has said on stdout so far. */
  readonly lines: string[];
  /** Resolves when a line is said that equals `wanted` or for which it is true; rejects when it ends before. */
  line(wanted: string | ((line: string) => boolean)): Promise<string>;
  /** Resolves when it has ended and all it said is in `lines`; rejects when it failed of itself. */
  end(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL('storage-process.ts', import.meta.url));

/**
 * Starts storage-process.ts.
 * @param fileLimitKiB no file may grow beyond it, which is how a full disk is played.
 */
export function startStorageProcess(
  args: string[],
  { fileLimitKiB }: { fileLimitKiB?: number } = {},
): TestProcess {
  const limit = fileLimitKiB === undefined ? '' : `ulimit -f ${fileLimitKiB * 2}; `;
  const child = spawn(
    '/bin/sh',
    ['-c', `${limit}exec "$@"`, 'sh', process.execPath, ...NODE_ARGUMENTS, SCRIPT, ...args],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return new ListenedProcess(child);
}

class ListenedProcess implements TestProcess {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  #errors = '';
  readonly #closed: Promise<void>;
  readonly #listeners = new Set<() => void>();

  constructor(child: ChildProcess) {
    this.child = child;
    child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    if (child.stdout !== null) {
      createInterface(child.stdout).on('line', (line) => {
        this.lines.push(line);
        for (const listener of this.#listeners) listener();
      });
    }
    this.#closed = once(child, 'close').then(() => {
      for (const listener of this.#listeners) listener();
    });
  }

  async line(wanted: string | ((line: string) => boolean)): Promise<string> {
    const matches = typeof wanted === 'string' ? (line: string) => line === wanted : wanted;
    for (;;) {
      const found = this.lines.find(matches);
      if (found !== undefined) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null)
        throw new Error(`The process ended without the expected line: ${this.#errors}`);
      await new Promise<void>((resolve) => {
        const listener = (): void => {
          this.#listeners.delete(listener);
          resolve();
        };
        this.#listeners.add(listener);
      });
    }
  }

  async end(): Promise<void> {
    await this.#closed;
    if (this.child.exitCode !== 0 && this.child.signalCode === null)
      throw new Error(`The process failed with ${this.child.exitCode}: ${this.#errors}`);
  }
}
