import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from '../../base/logger.ts';
import { onLines, parseLocalLine, type LocalLine } from './local-lines.ts';

const LINE_MAX_BYTES = 4_096;
const LOGGED_LINE_MAX_BYTES = 500;
/** Lines of one life that go to the log; a library that prints without end fills nothing. */
const LOGGED_LINES_MAX = 1_000;
/** Requests may finish for 4.5 s, so that the whole stop stays below 5 s. */
const TERM_MS = 4_500;

/** Variables that the child may see: what fetching weights needs. Never a key or this server's configuration. */
const PASSED_VARIABLES =
  /^(PATH|HOME|USER|LANG|LC_[A-Z]+|TZ|TMPDIR|TMP|TEMP|SYSTEMROOT|PIP_\w+|XDG_\w+|SSL_CERT_\w+|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|NODE_EXTRA_CA_CERTS|(https?|ftp|all|no)_proxy)$/i;

export type Environment = Readonly<Record<string, string | undefined>>;

/** The part of an environment that the child may see. */
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
  /** Requests to the child must carry it. In its environment, not in its arguments, which others can list. */
  token: string;
  logger: Logger;
  onLine(line: LocalLine): void;
  /** Called once, when it is gone or could not be started. */
  onExit(how: string): void;
}

/** One life of the local model's process. It ends with this process, however that ends: its stdin closes. */
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
    if (this.#child.stdout !== null) {
      onLines(this.#child.stdout, LINE_MAX_BYTES, (text) => {
        const line = parseLocalLine(text);
        if (line !== undefined && !this.#isGone) options.onLine(line);
      });
    }
    if (this.#child.stderr !== null) {
      onLines(this.#child.stderr, LOGGED_LINE_MAX_BYTES, (text) => {
        if (this.#logged++ < LOGGED_LINES_MAX) logger.debug({ line: text }, 'local model');
      });
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** SIGTERM, and SIGKILL where that is not enough. Resolves when it is gone, within 5 s. */
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
