import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { shownBytes, type ParseLimits } from './limits.ts';
import type { ParseJob } from './parser-process.ts';

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

const PROGRAM = pathOf('parser-process.ts');
/** The folder of its libraries. */
const libraries = createRequire(import.meta.url)
  .resolve('yauzl')
  .replace(/(.*[/\\]node_modules[/\\]).*/, '$1');
/** Its own code, its libraries, and the files that Node needs to load them. */
const READABLE = [
  libraries,
  ...['./', '../../../package.json', '../../../node_modules/', '../../../../package.json'].map(pathOf),
].filter((path) => existsSync(path));
/** For the lines before the texts, of which a file may have thousands. */
const HEADS_MAX_BYTES = 8 * 1024 * 1024;
const RESIDENT_CHECK_MS = 100;

export const NOT_STARTED = 'was not read: no process could be started for it.';

/** A process that reads one file; killed when it exceeds a limit. */
export class ParserChild {
  readonly #child: ChildProcess;
  readonly #limits: ParseLimits;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #failure: string | undefined;

  /** @throws Error where the system cannot start another process. */
  constructor(job: ParseJob, fd: number) {
    this.#limits = job.limits;
    const flags = [
      `--max-old-space-size=${job.limits.heapMiB}`,
      '--permission',
      ...READABLE.map((path) => `--allow-fs-read=${path}`),
    ];
    // No environment: ours has the master key.
    this.#child = spawn(process.execPath, [...flags, PROGRAM, JSON.stringify(job)], {
      stdio: [fd, 'pipe', 'ignore'],
      env: {},
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** @param why is shown to the sender of the file, after its name. */
  end(why: string): void {
    this.#failure ??= why;
    this.#child.kill('SIGKILL');
  }

  /** All that it wrote, or the reason why it is incomplete. */
  output(): Promise<Buffer | { failure: string }> {
    const { timeMs } = this.#limits;
    const late = setTimeout(() => this.end(`takes longer than ${timeMs / 1000} s to read.`), timeMs);
    const watch = setInterval(() => this.#checkMemory(), RESIDENT_CHECK_MS);
    const output = new Promise<Buffer | { failure: string }>((resolve) => {
      this.#child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
      this.#child.on('error', () => resolve({ failure: NOT_STARTED }));
      this.#child.on('close', (code, signal) => {
        if (this.#failure === undefined && code === 0) resolve(Buffer.concat(this.#chunks));
        else resolve({ failure: this.#failure ?? this.#brokenOff(code, signal) });
      });
    });
    return output.finally(() => {
      clearTimeout(late);
      clearInterval(watch);
    });
  }

  #take(chunk: Buffer): void {
    const { textBytes } = this.#limits;
    this.#bytes += chunk.length;
    if (this.#bytes > textBytes + HEADS_MAX_BYTES)
      this.end(`holds more than ${shownBytes(textBytes)} of text.`);
    else this.#chunks.push(chunk);
  }

  /** For memory outside of the heap, such as decompressed bytes. */
  #checkMemory(): void {
    const { residentMiB } = this.#limits;
    const resident = residentBytes(this.#child.pid);
    if (resident > residentMiB * 1024 * 1024)
      this.end(`needs more than ${residentMiB} MiB of memory to be read.`);
  }

  #brokenOff(code: number | null, signal: NodeJS.Signals | null): string {
    // V8 ends so when its heap is full.
    if (signal === 'SIGABRT' || code === ABORTED)
      return `needs more than ${this.#limits.heapMiB} MiB of memory to be read.`;
    return `was not read: the process that read it ended (${signal ?? code}).`;
  }
}

const ABORTED = 134;

/** 0 where the system does not say, as outside of Linux. */
function residentBytes(pid: number | undefined): number {
  try {
    const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return Number(kib ?? 0) * 1024;
  } catch {
    return 0;
  }
}
