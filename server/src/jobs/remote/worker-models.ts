import { isModelName, REMOTE_UPSTREAM, Target } from '../../models/index.ts';
import type { RemoteCall, RemoteModels, RemoteRequest } from '../../models/index.ts';
import type { JobsContext } from '../context.ts';
import type { Submissions } from '../submit.ts';
import type { WorkerRow } from '../store/tables.ts';
import { candidateOf, stateOf } from '../workers/worker.ts';
import { WorkerCall } from './worker-call.ts';

/** How old the list of models may be. */
const FRESH_MS = 2_000;
const MODELS_MAX = 10_000;

export interface RemoteContext extends JobsContext {
  submissions: Submissions;
}

/** The models that live workers serve; a request to one of them is a job. */
export class WorkerModels implements RemoteModels {
  target = targetOf([], 0);
  generation = 0;
  readonly #context: RemoteContext;
  readonly #running = new Set<WorkerCall>();
  /** Also of workers that are not online now. */
  #known: ReadonlySet<string> = new Set();
  #readMs = -Infinity;
  #begunReads = 0;
  #lastRead = 0;

  constructor(context: RemoteContext) {
    this.#context = context;
    context.nodes.onChange(() => (this.#readMs = -Infinity));
  }

  get isFresh(): boolean {
    return this.#context.clock.monotonicMs() - this.#readMs < FRESH_MS;
  }

  async refresh(): Promise<void> {
    const { workers, clock, logger } = this.#context;
    const read = ++this.#begunReads;
    this.#readMs = clock.monotonicMs();
    try {
      const rows = await workers.now();
      // A later read has ended before.
      if (read < this.#lastRead) return;
      this.#lastRead = read;
      const nowMs = clock.nowMs();
      const online = rows.filter((row) => stateOf(row, nowMs) === 'online');
      this.#known = namesOf(rows);
      this.#list(online);
    } catch (error) {
      logger.warn({ err: error }, 'the models of workers could not be read');
    }
  }

  wasThere(model: string): boolean {
    return this.#known.has(model);
  }

  ask(request: RemoteRequest): RemoteCall {
    const call = new WorkerCall(this.#context, request);
    this.#running.add(call);
    void call.ended.then(() => this.#running.delete(call));
    return call;
  }

  /** Cancels the jobs of all callers. */
  async stop(): Promise<void> {
    for (const call of this.#running) call.abort();
    await Promise.all([...this.#running].map(({ ended }) => ended));
  }

  #list(workers: readonly WorkerRow[]): void {
    const sorted = [...namesOf(workers)].toSorted().slice(0, MODELS_MAX);
    if (sorted.join('\n') === [...this.target.models.keys()].join('\n')) return;
    this.target = targetOf(sorted, Math.min(...workers.map(({ registered_at: atMs }) => atMs)));
    this.generation++;
  }
}

function namesOf(workers: readonly WorkerRow[]): Set<string> {
  const names = new Set<string>();
  for (const row of workers) {
    const { capabilities, missingModels } = candidateOf(row);
    for (const { name } of capabilities.models)
      if (isModelName(name) && !missingModels.includes(name)) names.add(name);
  }
  return names;
}

/** It is called through the queue: the address is never used. */
const targetOf = (models: readonly string[], createdMs: number): Target =>
  new Target({
    id: REMOTE_UPSTREAM,
    name: REMOTE_UPSTREAM,
    baseUrl: 'http://workers.invalid',
    models,
    timeoutMs: 0,
    weight: 1,
    prices: {},
    // A key with a budget in USD gets workers without a price only: `RemoteRequest.mustBeFree`.
    unpriced: 'allow',
    createdMs: Number.isFinite(createdMs) ? createdMs : 0,
    apiKey: undefined,
    headers: {},
  });
