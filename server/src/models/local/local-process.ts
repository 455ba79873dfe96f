import { jsonIn } from '../../base/json-text.ts';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { LineCutter } from '../../base/lines.ts';
import type { Logger } from '../../base/logger.ts';

const LINE_MAX_BYTES = 4_096;
const LOGGED_LINE_MAX_BYTES = 500;
/** Lines of one process that are logged. */
const LOGGED_LINES_MAX = 1_000;
/** Requests may finish for 4.5 s, so that the whole stop stays below 5 s. */
const TERM_MS = 4_500;

/** A line on the stdout of the local model's process; see local-model/src/lines.ts. */
export type LocalLine =
  | { event: 'listening'; port: number }
  | { event: 'fetching'; file: string; received_bytes: number; total_bytes: number }
  | { event: 'loading' }
  | { event: 'ready'; models: string[]; complete?: boolean }
  | { event: 'failed'; reason: string; hint: string; models?: string[]; retry_in_ms?: number };

const EVENTS = new Set(['listening', 'fetching', 'loading', 'ready', 'failed']);

/** @returns undefined for a line that is not of the protocol, such as a library's output. */
function parseLine(text: string): LocalLine | undefined {
  const line = jsonIn(text) as LocalLine | null | undefined;
  return line !== null && line !== undefined && EVENTS.has(line.event) ? line : undefined;
}

/** Calls back for each line, or for the beginning of a line longer than `maxBytes`. */
function onLines(stream: Readable | null, maxBytes: number, use: (line: string) => void): void {
  const cutter = new LineCutter(maxBytes);
  stream?.on('data', (chunk: Buffer) => {
    for (const { bytes } of cutter.cut(chunk)) use(bytes.toString());
  });
  stream?.on('error', () => undefined);
}

/** Variables that the child gets: those for fetching weights. Never a key or this server's configuration. */
const PASSED_VARIABLES =
  /^(PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|SYSTEMROOT|PIP_\w+|XDG_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(https?|ftp|all|no)_proxy)$/i;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of an environment that the child gets. */
export function childEnvironment(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && PASSED_VARIABLES.test(name) ? [[name, value]] : [],
    ),
  );
}

export interface LocalProcessOptions {
  /** The program and its arguments, for this Node. */
  command: readonly string[];
  environment: Environment;
  /** Required in requests to the child. Passed in its environment, since other users can list its arguments. */
  token: string;
  logger: Logger;
  onLine(line: LocalLine): void;
  /** Called once, when the process has ended or could not be started. */
  onExit(how: string): void;
}

/** A process of the local model. It also ends with this process, since its stdin closes. */
export class LocalProcess {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  #isGone = false;
  #logged = 0;

  constructor(options: LocalProcessOptions) {
    const { logger } = options;
    this.#child = spawn(process.execPath, [...options.command], {
      env: { ...childEnvironment(options.environment), KEYWARD_LOCAL_MODEL_TOKEN: options.token },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const exit = (how: string): void => {
      if (this.#isGone) return;
      this.#isGone = true;
      options.onExit(how);
    };
    this.#child.once('error', (error) => {
      logger.warn({ err: error }, 'the local model could not be started');
      exit('could not be started');
    });
    this.#child.once('exit', (code, signal) =>
      exit(signal === null ? `ended with code ${code}` : `was ended by ${signal}`),
    );
    this.#gone = Promise.race([once(this.#child, 'exit'), once(this.#child, 'error')]).catch(() => undefined);
    this.#child.stdin?.on('error', () => undefined);
    onLines(this.#child.stdout, LINE_MAX_BYTES, (text) => {
      const line = parseLine(text);
      if (line !== undefined && !this.#isGone) options.onLine(line);
    });
    onLines(this.#child.stderr, LOGGED_LINE_MAX_BYTES, (text) => {
      if (this.#logged++ < LOGGED_LINES_MAX) logger.debug({ line: text }, 'local model');
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Sends SIGTERM, then SIGKILL. Resolves when the process has ended, within 5 s. */
  async stop(): Promise<void> {
    if (this.#isGone) return;
    this.#child.kill('SIGTERM');
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), TERM_MS);
    await this.#gone;
    clearTimeout(kill);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
