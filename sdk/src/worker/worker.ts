import { baseUrl } from '../base-url.ts';
import { KeywardApiError } from '../errors.ts';
import { Backoff, isTransient } from '../retry.ts';
import { pause, transport } from '../transport.ts';
import { Heart } from './heart.ts';
import { RunningJob } from './running-job.ts';
import { WorkerCalls, type Assigned, type Capabilities } from './worker-calls.ts';
import type { KeywardWorker, WorkerOptions } from './worker-types.ts';

/** The most that one poll gives. */
const POLL_JOBS_MAX = 32;
const DRAIN_MS = 30_000;
/** Reports of jobs that were ended at the end of a drain. */
const LAST_REPORTS_MS = 5_000;
/** An answer with jobs may be on its way when the worker drains. */
const LAST_POLL_MS = 300;
const QUICK_POLL_MS = 200;
/** A server that comes back must hear of the worker before its leases end. */
const TRIES_IN_A_LEASE = 6;
/** After the server did not know the worker. */
const UNKNOWN_MS = 200;

/** Pulls jobs, and keeps what the server must know of them up to date. */
export class PullingWorker implements KeywardWorker {
  readonly #options: WorkerOptions;
  readonly #calls: WorkerCalls;
  readonly #concurrency: number;
  readonly #jobs = new Set<RunningJob>();
  /** Takes no more jobs. */
  readonly #draining = new AbortController();
  /** Ends everything. */
  readonly #over = new AbortController();
  #capabilities: Capabilities;
  #running: Promise<void> | undefined;
  #registering: Promise<void> | undefined;
  #workerId = '';
  #isConnected = true;
  readonly #heart = new Heart();
  #wakePoll: () => void = () => undefined;
  /** The longest pause between two tries. */
  #mostMs: number | undefined;
  #drainEndsMs = Infinity;
  #failure: { error: unknown } | undefined;

  constructor(options: WorkerOptions) {
    const { url, apiKey, fetch, name, concurrency = 1, capabilities } = options;
    const send = transport({ url, apiKey, fetch, retries: 0 });
    this.#options = options;
    this.#concurrency = concurrency;
    this.#capabilities = capabilities;
    this.#calls = new WorkerCalls({ send, url: baseUrl(url) }, name);
  }

  run(): Promise<void> {
    this.#running ??= this.#run();
    return this.#running;
  }

  async stop({ timeoutMs = DRAIN_MS }: { timeoutMs?: number } = {}): Promise<void> {
    this.#drainEndsMs = Math.min(this.#drainEndsMs, performance.now() + timeoutMs);
    if (!this.#draining.signal.aborted) {
      this.#say({ type: 'draining', jobs: this.#jobs.size });
      this.#draining.abort();
    }
    this.#heart.now();
    this.#wakePoll();
    await this.#running?.catch(() => undefined);
  }

  update(capabilities: Capabilities): void {
    this.#capabilities = capabilities;
    if (this.#workerId === '' || this.#draining.signal.aborted) return;
    void this.#guarded(() => this.#register());
  }

  async #run(): Promise<void> {
    const loops = this.#guarded(async () => {
      await this.#register();
      // It was stopped before it had reached the server.
      if (this.#workerId === '') return;
      await Promise.all([this.#poll(), this.#beat(), this.#listen()]);
    });
    await this.#drained();
    this.#over.abort();
    await loops;
    for (const job of this.#jobs) job.end('refused');
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** An error that no waiting mends ends the worker. */
  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!this.#over.signal.aborted) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#draining.abort();
    this.#over.abort();
    this.#wakePoll();
    for (const job of this.#jobs) job.end('refused');
  }

  /** Tries again until it succeeds, the worker stops, or the server refuses. Several callers share one. */
  #register(): Promise<void> {
    this.#registering ??= this.#registered().finally(() => (this.#registering = undefined));
    return this.#registering;
  }

  async #registered(): Promise<void> {
    const { region, pricePerHour } = this.#options;
    const signal = AbortSignal.any([this.#over.signal, this.#draining.signal]);
    const backoff = new Backoff();
    while (!signal.aborted) {
      const body = {
        capabilities: this.#capabilities,
        concurrency: this.#concurrency,
        ...(region === undefined ? {} : { region }),
        ...(pricePerHour === undefined ? {} : { price_per_hour: pricePerHour }),
      };
      try {
        const { worker_id: id, ...clocks } = await this.#calls.register(body, signal);
        this.#workerId = id;
        this.#heart.intervalMs = clocks.heartbeat_seconds * 1_000;
        this.#mostMs = (clocks.lease_seconds * 1_000) / TRIES_IN_A_LEASE;
        this.#reached();
        if (body.capabilities !== this.#capabilities) continue;
        return this.#say({ type: 'registered', workerId: id });
      } catch (error) {
        await this.#recover(error, { backoff, signal });
      }
    }
  }

  /** Waits until a failed request may succeed; returns early when the signal aborts. @throws what no waiting mends. */
  async #recover(
    error: unknown,
    { backoff, signal }: { backoff: Backoff; signal: AbortSignal },
  ): Promise<void> {
    if (signal.aborted) return;
    if (error instanceof KeywardApiError && error.code === 'worker_not_found') {
      if (!this.#draining.signal.aborted) await this.#register();
      return pause(UNKNOWN_MS, signal).catch(() => undefined);
    }
    if (isTransient(error) && this.#isConnected) {
      this.#isConnected = false;
      this.#say({ type: 'disconnected', error });
    }
    await backoff.wait(error, signal).catch((reason: unknown) => {
      if (!signal.aborted) throw reason;
    });
  }

  #reached(): void {
    if (!this.#isConnected) this.#say({ type: 'reconnected' });
    this.#isConnected = true;
  }

  async #poll(): Promise<void> {
    const backoff = new Backoff(this.#mostMs);
    const leaving = new AbortController();
    const signal = AbortSignal.any([leaving.signal, this.#over.signal]);
    this.#draining.signal.addEventListener('abort', () => setTimeout(() => leaving.abort(), LAST_POLL_MS), {
      once: true,
    });
    while (!this.#draining.signal.aborted) {
      const free = this.#concurrency - this.#jobs.size;
      if (free <= 0) {
        await new Promise<void>((resolve) => (this.#wakePoll = resolve));
        continue;
      }
      try {
        const askedMs = performance.now();
        const jobs = await this.#calls.poll(Math.min(free, POLL_JOBS_MAX), signal);
        backoff.reset();
        this.#reached();
        for (const job of jobs) this.#begin(job);
        // A server that does not wait must not be asked all the time.
        if (jobs.length === 0 && performance.now() - askedMs < QUICK_POLL_MS)
          await pause(QUICK_POLL_MS, signal).catch(() => undefined);
      } catch (error) {
        await this.#recover(error, { backoff, signal });
      }
    }
  }

  #begin(assigned: Assigned): void {
    const job = new RunningJob(assigned, {
      calls: this.#calls,
      handle: async (given, context) => this.#options.handle(given, context),
      gpus: this.#capabilities.gpus?.length ?? (this.#capabilities.gpu === undefined ? 0 : 1),
      say: (event) => this.#say(event),
      isLast: () => this.#jobs.size <= 1,
      progressed: () => this.#heart.soon(),
      refused: (error) => this.#fail(error),
    });
    this.#jobs.add(job);
    if (this.#draining.signal.aborted) job.end('stopped');
    void job.over.then(() => {
      this.#jobs.delete(job);
      this.#wakePoll();
    });
  }

  /** Renews the leases until the worker is over: also while it drains. */
  async #beat(): Promise<void> {
    const backoff = new Backoff(this.#mostMs);
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#heart.untilNext(signal);
      if (signal.aborted) return;
      try {
        await this.#beatOnce(signal);
        backoff.reset();
        this.#reached();
      } catch (error) {
        await this.#recover(error, { backoff, signal });
        this.#heart.now();
      }
    }
  }

  async #beatOnce(signal: AbortSignal): Promise<void> {
    const held = [...this.#jobs];
    const status = this.#draining.signal.aborted ? 'draining' : 'online';
    const answer = await this.#calls.heartbeat({ leases: held.map((job) => job.lease()), status }, signal);
    if (this.#heart.findsTwin(answer.has_twin)) this.#say({ type: 'twin_found' });
    if (status === 'online' && this.#heart.regainsModels()) await this.#register();
    for (const [at, { state }] of answer.leases.entries())
      if (state !== 'active') held[at]?.end(state === 'lost' ? 'lease_lost' : 'canceled');
  }

  /** Keeps the control stream open: what the worker must know at once comes over it. */
  async #listen(): Promise<void> {
    const backoff = new Backoff(this.#mostMs);
    const { signal } = this.#over;
    while (!signal.aborted) {
      try {
        for await (const { event, data } of this.#calls.control(this.#workerId, signal)) {
          backoff.reset();
          this.#heard(event, data);
        }
      } catch (error) {
        if (signal.aborted) return;
        // Without it the server would end the leases of a worker whose stream broke.
        this.#heart.now();
        await this.#recover(error, { backoff, signal });
      }
    }
  }

  #heard(event: string, data: string): void {
    if (event === 'cancel') {
      const { job_id: id, attempt } = JSON.parse(data) as { job_id: string; attempt?: number };
      for (const job of this.#jobs) if (job.isOf(id, attempt)) job.end('canceled');
    } else if (event === 'drain' && !this.#draining.signal.aborted) void this.stop({ timeoutMs: Infinity });
    else if (event === 'pause' || event === 'resume') this.#say({ type: `${event}d` });
    else this.#heart.now();
    // `ready`: the leases are renewed. `revoked`: the heartbeat is refused, and says why.
  }

  /** Resolves when the worker drains and has no jobs, or its time is over. */
  async #drained(): Promise<void> {
    if (!this.#draining.signal.aborted)
      await new Promise((resolve) =>
        this.#draining.signal.addEventListener('abort', resolve, { once: true }),
      );
    if (this.#over.signal.aborted) return;
    // What the last poll brings is given back.
    await pause(LAST_POLL_MS, this.#over.signal).catch(() => undefined);
    while (this.#jobs.size > 0 && !this.#over.signal.aborted && performance.now() < this.#drainEndsMs)
      await this.#someEnd(this.#drainEndsMs - performance.now());
    for (const job of this.#jobs) job.end('stopped');
    const lastMs = performance.now() + LAST_REPORTS_MS;
    while (this.#jobs.size > 0 && !this.#over.signal.aborted && performance.now() < lastMs)
      await this.#someEnd(lastMs - performance.now());
  }

  /** Or `stop` was called again. */
  #someEnd(maxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#over.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(0, Math.min(maxMs, 2 ** 31 - 1)));
      this.#wakePoll = done;
      this.#over.signal.addEventListener('abort', done, { once: true });
    });
  }

  #say(event: Parameters<NonNullable<WorkerOptions['onEvent']>>[0]): void {
    this.#heart.note(event);
    this.#options.onEvent?.(event);
  }
}
