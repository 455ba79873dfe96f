import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { LocalLine } from './local-lines.ts';
import { LocalProcess, type Environment } from './local-process.ts';
import { Target } from '../upstreams/target.ts';
import { LOCAL_UPSTREAM } from '../upstreams/upstream.ts';

const MODELS = ['smollm2-135m-instruct', 'all-minilm-l6-v2'];
const PROGRAM = fileURLToPath(new URL('../../../../local-model/src/main.ts', import.meta.url));
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** A life this long was a good one: the next restart is quick again. */
const GOOD_LIFE_MS = 60_000;
/** It listens before it loads anything; one that does not is stuck. */
const LISTEN_MAX_MS = 30_000;
const TIMEOUT_MS = 600_000;

export interface LocalModelOptions {
  clock: Clock;
  logger: Logger;
  /** Absolute path of the folder of the weights. */
  modelsDir: string;
  /** This process's; the child sees a small part of it. */
  environment: Environment;
  /** The program in place of the package's own; for tests. */
  program?: string;
}

export type LocalStatus = 'stopped' | 'starting' | 'fetching' | 'loading' | 'ready' | 'failed' | 'restarting';

/** How the local model is, for `readyz`, the console and `doctor`. */
export interface LocalState {
  status: LocalStatus;
  /** While weights are fetched. */
  progress: { file: string; received_bytes: number; total_bytes: number } | null;
  reason: string | null;
  hint: string | null;
  /** Those that answer right now. */
  models: string[];
  restarts: number;
  pid: number | null;
}

/**
 * Supervises the local model's process, a built-in upstream. Native code may crash there: it is restarted after
 * 0.5 s, doubling up to 30 s, and nothing else is touched.
 */
export class LocalModel {
  readonly id = LOCAL_UPSTREAM;
  readonly #options: LocalModelOptions;
  readonly #startedMs: number;
  #process: LocalProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #isRunning = false;
  #backoffMs = BACKOFF_MIN_MS;
  #bornMs = 0;
  #restartAtMs = 0;
  #token = '';
  #baseUrl: string | undefined;
  #names: readonly string[] = MODELS;
  #target: Target;
  #generation = 0;
  #onReady: () => void = () => undefined;
  readonly #state: LocalState = {
    status: 'stopped',
    progress: null,
    reason: null,
    hint: null,
    models: [],
    restarts: 0,
    pid: null,
  };

  constructor(options: LocalModelOptions) {
    this.#options = options;
    this.#startedMs = options.clock.nowMs();
    this.#target = this.#newTarget();
  }

  /** Grows whenever `target` changes. */
  get generation(): number {
    return this.#generation;
  }

  get target(): Target {
    return this.#target;
  }

  state(): LocalState {
    return { ...this.#state, models: [...this.#state.models], pid: this.#process?.pid ?? null };
  }

  /** Calls back whenever models have come up. */
  onReady(listener: () => void): void {
    this.#onReady = listener;
  }

  /** Begins; models come up later. Twice is fine. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#backoffMs = BACKOFF_MIN_MS;
    this.#spawn();
  }

  /** Ends the process, within 5 s. Twice is fine. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    clearTimeout(this.#watchdog);
    const running = this.#process;
    await running?.stop();
    if (this.#isRunning) return;
    this.#process = undefined;
    this.#down('stopped');
  }

  /** Why a request for this model cannot be served right now: `not_ready`; undefined when it can. */
  unready(model: string): KeywardError | undefined {
    return this.#state.models.includes(model) ? undefined : this.notReady();
  }

  notReady(): KeywardError {
    const { status, reason, hint } = this.#state;
    const waitMs = this.#restartAtMs - this.#options.clock.monotonicMs();
    const seconds = status === 'restarting' ? Math.max(1, Math.ceil(waitMs / 1_000)) : 2;
    const hints: Record<LocalStatus, string> = {
      stopped: 'It is stopping.',
      starting: 'It is starting; try again in a moment.',
      fetching: `It is downloading its weights (${this.#percent()} %); try again soon.`,
      loading: 'It is loading; try again in a moment.',
      // Between its end and the word of it.
      ready: 'It is restarting; try again in a moment.',
      failed: `It failed: ${this.#public(reason)}. ${this.#public(hint)}`,
      restarting: `It ended unexpectedly and is restarting in ${seconds} s.`,
    };
    return new KeywardError('not_ready', 'The local model is not ready.', {
      hint: hints[status],
      headers: { 'retry-after': String(seconds) },
    });
  }

  #percent(): number {
    const { received_bytes = 0, total_bytes = 0 } = this.#state.progress ?? {};
    return total_bytes > 0 ? Math.min(100, Math.floor((received_bytes / total_bytes) * 100)) : 0;
  }

  /** Callers need not learn where the files of this machine lie. */
  #public(words: string | null): string {
    return (words ?? 'the reason is in the log').replaceAll(this.#options.modelsDir, 'KEYWARD_MODELS_DIR');
  }

  #spawn(): void {
    const { logger, modelsDir, environment, clock, program = PROGRAM } = this.#options;
    this.#token = randomBytes(32).toString('base64url');
    this.#bornMs = clock.monotonicMs();
    this.#state.status = 'starting';
    const born: LocalProcess = new LocalProcess({
      command: [program, 'serve', '--models-dir', modelsDir, '--port', '0'],
      environment,
      token: this.#token,
      logger,
      onLine: (line) => this.#heard(line),
      onExit: (how) => this.#exited(how),
    });
    this.#process = born;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      if (this.#baseUrl === undefined) born.kill();
    }, LISTEN_MAX_MS);
    this.#watchdog.unref();
  }

  #heard(line: LocalLine): void {
    const state = this.#state;
    switch (line.event) {
      case 'listening':
        this.#baseUrl = `http://127.0.0.1:${line.port}/v1`;
        this.#renewTarget();
        break;
      case 'fetching':
        state.status = 'fetching';
        state.progress = {
          file: line.file,
          received_bytes: line.received_bytes,
          total_bytes: line.total_bytes,
        };
        break;
      case 'loading':
        Object.assign(state, { status: 'loading', progress: null });
        break;
      case 'ready':
        Object.assign(state, { status: 'ready', progress: null, reason: null, hint: null });
        this.#serves(line.models, line.complete ?? true);
        break;
      case 'failed':
        Object.assign(state, { status: 'failed', progress: null, reason: line.reason, hint: line.hint });
        this.#serves(line.models ?? [], false);
        this.#options.logger.warn(
          { reason: line.reason, hint: line.hint },
          'the local model failed to start',
        );
        break;
    }
  }

  #serves(models: readonly string[], complete: boolean): void {
    this.#state.models = [...models];
    // Those still to come stay in the catalogue: a request for one is told that it is on its way.
    this.#names = complete ? [...models] : [...new Set([...this.#names, ...models])];
    this.#renewTarget();
    if (models.length > 0) this.#onReady();
  }

  #exited(how: string): void {
    const { logger, clock } = this.#options;
    this.#process = undefined;
    clearTimeout(this.#watchdog);
    if (!this.#isRunning) return this.#down('stopped');
    const nowMs = clock.monotonicMs();
    if (nowMs - this.#bornMs >= GOOD_LIFE_MS) this.#backoffMs = BACKOFF_MIN_MS;
    const waitMs = this.#backoffMs;
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MAX_MS);
    this.#restartAtMs = nowMs + waitMs;
    this.#down('restarting');
    this.#state.restarts++;
    this.#state.reason = `the process ${how}`;
    logger.warn({ how, restart_in_ms: waitMs }, 'the local model ended unexpectedly');
    this.#timer = setTimeout(() => this.#spawn(), waitMs);
  }

  #down(status: LocalStatus): void {
    Object.assign(this.#state, { status, progress: null, models: [] });
    this.#baseUrl = undefined;
  }

  #renewTarget(): void {
    this.#target = this.#newTarget();
    this.#generation++;
  }

  #newTarget(): Target {
    return new Target({
      id: LOCAL_UPSTREAM,
      name: LOCAL_UPSTREAM,
      // Never called before there is an address: no model is ready then.
      baseUrl: this.#baseUrl ?? 'http://127.0.0.1/v1',
      models: this.#names,
      timeoutMs: TIMEOUT_MS,
      weight: 1,
      prices: {},
      // It costs nothing.
      unpriced: 'allow',
      createdMs: this.#startedMs,
      apiKey: this.#token === '' ? undefined : this.#token,
      headers: {},
    });
  }
}
