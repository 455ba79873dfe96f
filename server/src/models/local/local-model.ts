import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { LocalProcess, type Environment, type LocalLine } from './local-process.ts';
import { Target } from '../upstreams/target.ts';
import { LOCAL_UPSTREAM } from '../upstreams/upstream.ts';

const MODELS = ['smollm2-135m-instruct', 'all-minilm-l6-v2'];
const PROGRAM = fileURLToPath(new URL('../../../../local-model/src/main.ts', import.meta.url));
const BACKOFF_MIN_MS = 500;
const BACKOFF_MAX_MS = 30_000;
/** After a process that ran this long, the next restart is quick again. */
const GOOD_LIFE_MS = 60_000;
/** The process listens before it loads anything. */
const LISTEN_MAX_MS = 30_000;
const TIMEOUT_MS = 600_000;

export interface LocalModelOptions {
  clock: Clock;
  logger: Logger;
  /** Absolute path of the folder of the weights. */
  modelsDir: string;
  /** This process's; the child gets a small part of it. */
  environment: Environment;
  /** For tests. @default the package's own */
  program?: string;
}

type LocalStatus = 'stopped' | 'starting' | 'fetching' | 'loading' | 'ready' | 'failed' | 'restarting';

/** For `readyz`, the console and `doctor`. */
export interface LocalState {
  status: LocalStatus;
  progress: { file: string; received_bytes: number; total_bytes: number } | null;
  reason: string | null;
  hint: string | null;
  /** The models that answer now. */
  models: string[];
  restarts: number;
  pid: number | null;
}

/** Supervises the local model's process, a built-in upstream. After a crash it restarts in 0.5 s, doubling up to 30 s. */
export class LocalModel {
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
  target: Target;
  /** Grows with each change of `target`. */
  generation = 0;
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
    this.target = this.#newTarget();
  }

  state(): LocalState {
    return { ...this.#state, models: [...this.#state.models], pid: this.#process?.pid ?? null };
  }

  /** Calls back each time models become ready. */
  onReady(listener: () => void): void {
    this.#onReady = listener;
  }

  /** Idempotent; models become ready later. */
  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#backoffMs = BACKOFF_MIN_MS;
    this.#spawn();
  }

  /** Ends the process within 5 s. Idempotent. */
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

  /** @returns `not_ready` if the model cannot answer now. */
  unready(model: string): KeywardError | undefined {
    return this.#state.models.includes(model) ? undefined : this.notReady();
  }

  /** @returns a sentence while the model is on its way: its process starts, or fetches its weights. */
  coming(model: string): string | undefined {
    const { status } = this.#state;
    if (status === 'stopped' || status === 'failed' || this.unready(model) === undefined) return undefined;
    return `The local model ${this.#doing(status)}.`;
  }

  notReady(): KeywardError {
    const { status, reason, hint } = this.#state;
    const waitMs = this.#restartAtMs - this.#options.clock.monotonicMs();
    const seconds = status === 'restarting' ? Math.max(1, Math.ceil(waitMs / 1_000)) : 2;
    const hints: Record<LocalStatus, string> = {
      stopped: 'It is stopping.',
      starting: `It ${this.#doing('starting')}; try again in a moment.`,
      fetching: `It ${this.#doing('fetching')}; try again soon.`,
      loading: `It ${this.#doing('loading')}; try again in a moment.`,
      ready: `It ${this.#doing('ready')}; try again in a moment.`,
      failed: `It failed: ${this.#public(reason)}. ${this.#public(hint)}`,
      restarting: `It ended unexpectedly and is restarting in ${seconds} s.`,
    };
    return new KeywardError('not_ready', 'The local model is not ready.', {
      hint: hints[status],
      headers: { 'retry-after': String(seconds) },
    });
  }

  #doing(status: Exclude<LocalStatus, 'stopped' | 'failed'>): string {
    if (status === 'fetching') return `is downloading its weights (${this.#percent()} %)`;
    if (status === 'starting' || status === 'loading') return `is ${status}`;
    // Also `ready`: it has ended, but this is not reported yet.
    return 'is restarting';
  }

  #percent(): number {
    const { received_bytes = 0, total_bytes = 0 } = this.#state.progress ?? {};
    return total_bytes > 0 ? Math.min(100, Math.floor((received_bytes / total_bytes) * 100)) : 0;
  }

  /** Hides paths of this machine. */
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
      onLine: (line) => this.#onLine(line),
      onExit: (how) => this.#exited(how),
    });
    this.#process = born;
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      if (this.#baseUrl === undefined) born.kill();
    }, LISTEN_MAX_MS);
    this.#watchdog.unref();
  }

  #onLine(line: LocalLine): void {
    const state = this.#state;
    switch (line.event) {
      case 'listening':
        this.#baseUrl = `http://127.0.0.1:${line.port}/v1`;
        this.#renewTarget();
        break;
      case 'fetching':
        const { event, ...progress } = line;
        Object.assign(state, { status: event, progress });
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
    // Models that are not ready yet stay in the catalogue, so that a request for one gets `not_ready`.
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
    this.target = this.#newTarget();
    this.generation++;
  }

  #newTarget(): Target {
    return new Target({
      id: LOCAL_UPSTREAM,
      name: LOCAL_UPSTREAM,
      // Never called before it has an address: no model is ready then.
      baseUrl: this.#baseUrl ?? 'http://127.0.0.1/v1',
      models: this.#names,
      timeoutMs: TIMEOUT_MS,
      weight: 1,
      prices: {},
      unpriced: 'allow',
      createdMs: this.#startedMs,
      apiKey: this.#token === '' ? undefined : this.#token,
      headers: {},
    });
  }
}
