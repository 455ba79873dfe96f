import { Every } from '../../base/every.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { RemoteCall, RemoteRequest, Sink, Took } from '../../models/index.ts';
import { booksOf, underPermit } from '../../storage/index.ts';
import { endJob } from '../ending.ts';
import { isFinal, type JobRow } from '../job.ts';
import { eventsOfJob } from '../job-events.ts';
import { viewOfJob } from '../job-view.ts';
import { ended } from '../jobs.ts';
import { gpuMsOf } from '../receipt.ts';
import * as store from '../store/job-store.ts';
import { answerTo, AnswerWriter, type OpenaiRequest } from './openai-answer.ts';
import { canceled, errorOf, hopeless, lostHalfWay } from './call-errors.ts';
import type { RemoteContext } from './worker-models.ts';

/** Between two notes to a caller that waits: proxies cut connections that are silent for longer. */
const NOTE_MS = 5_000;

const EVENTS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
};
const JSON_ANSWER = { 'content-type': 'application/json; charset=utf-8' };

/** One request to a model of workers: a job, and its output as an upstream would send it. */
export class WorkerCall implements RemoteCall {
  /** Never rejects. */
  readonly ended: Promise<void>;
  readonly #context: RemoteContext;
  readonly #request: RemoteRequest;
  readonly #took = Promise.withResolvers<Took>();
  readonly #left = new AbortController();
  #resumed = Promise.withResolvers<void>();
  #sink: Sink | undefined;
  /** The caller has got output. */
  #hasOutput = false;
  #isOver = false;
  #attempt: unknown;

  constructor(context: RemoteContext, request: RemoteRequest) {
    this.#context = context;
    this.#request = request;
    this.ended = this.#run();
  }

  get took(): Promise<Took> {
    return this.#took.promise;
  }

  /** The caller has left. */
  abort(): void {
    this.#isOver = true;
    this.#left.abort();
    this.#resumed.resolve();
  }

  resume(): void {
    this.#resumed.resolve();
  }

  async #run(): Promise<void> {
    let job: JobRow | undefined;
    let renewals: Every | undefined;
    try {
      // Nothing is reported before `ask` has returned.
      await Promise.resolve();
      const { path, body } = this.#request;
      const payload = JSON.parse(body.toString()) as OpenaiRequest['payload'];
      job = await this.#submit(payload);
      await this.#refuseHopeless(job);
      const { id } = job;
      renewals = new Every(this.#context.clocks.heartbeatMs, () => this.#renew(id));
      renewals.start();
      const asked = { path, payload, jobId: job.id, atMs: job.requested_at };
      if (payload['stream'] === true && path !== '/embeddings') await this.#stream(asked);
      else await this.#whole(asked);
    } catch (error) {
      await this.#close(job);
      this.#fail(error as Error);
    } finally {
      await renewals?.stop();
      await this.#forget(job);
    }
  }

  async #submit(payload: OpenaiRequest['payload']): Promise<JobRow> {
    const { path, submitter, permit, queueing, mustBeFree } = this.#request;
    const { submissions, clocks } = this.#context;
    // `paid` has checked the model; the server may also have chosen it.
    const caller = { ...submitter, selectors: { ...submitter.selectors, models: { allow: [], deny: [] } } };
    const input = {
      type: path === '/embeddings' ? 'embedding' : 'inference',
      payload: { ...payload, endpoint: `/v1${path}` },
      ttl_seconds: Math.ceil((queueing?.waitMs ?? clocks.requestWaitMs) / 1_000),
      ...(queueing !== undefined && { priority: queueing.priority }),
      readerUntilMs: this.#context.clock.nowMs() + clocks.leaseMs,
      ...(mustBeFree && { constraints: { max_price_per_hour: 0 } }),
    };
    const submit = () => submissions.submit(caller, input, undefined);
    const { row } = await (permit === undefined ? submit() : underPermit(permit, submit));
    return row;
  }

  async #refuseHopeless(job: JobRow): Promise<void> {
    const { waiting, is_possible: isPossible } = await viewOfJob(this.#context, job);
    if (!isPossible || waiting?.reason.startsWith('no_') === true) throw hopeless(waiting);
  }

  async #stream(asked: OpenaiRequest): Promise<void> {
    const writer = new AnswerWriter(asked);
    this.#sink = this.#request.onHead(200, EVENTS, this);
    const notes = setInterval(() => void this.#note(asked.jobId), NOTE_MS);
    void this.#note(asked.jobId);
    try {
      for await (const output of this.#outputs(asked.jobId)) {
        const frame = writer.piece(output);
        if (frame !== '') await this.#write(frame);
      }
    } finally {
      clearInterval(notes);
    }
    const rest = writer.end(await this.#result(asked.jobId));
    await this.#close(await store.findJob(this.#context.storage.db, asked.jobId));
    await this.#write(rest);
    this.#isOver = true;
    this.#sink.end();
  }

  async #whole(asked: OpenaiRequest): Promise<void> {
    for await (const _ of this.#outputs(asked.jobId));
    const body = answerTo(asked, await this.#result(asked.jobId));
    await this.#close(await store.findJob(this.#context.storage.db, asked.jobId));
    if (this.#left.signal.aborted) return;
    this.#sink = this.#request.onHead(200, JSON_ANSWER, this);
    this.#sink.write(Buffer.from(JSON.stringify(body)));
    this.#sink.end();
  }

  /** A worker that is lost before the caller has output is replaced silently. */
  async *#outputs(id: string): AsyncGenerator {
    const { ownerId } = this.#request.submitter;
    const { signal } = this.#left;
    for await (const { event, data } of eventsOfJob(
      this.#context,
      { ownerId },
      { id, after: undefined, signal },
    )) {
      if (event === 'reset' && this.#hasOutput) throw lostHalfWay();
      const isAt = event === 'output' || ('state' in data && data.state === 'RUNNING');
      if (isAt && 'attempt' in data) this.#begins(data.attempt);
      if (event === 'output' && 'output' in data) yield data.output;
    }
    if (signal.aborted) throw canceled();
  }

  /** Once for each attempt: what a caller that leaves has to pay counts from there. */
  #begins(attempt: unknown): void {
    if (attempt === this.#attempt) return;
    this.#attempt = attempt;
    this.#request.onStarted();
  }

  /** @throws KeywardError where the job ended without a result */
  async #result(id: string): Promise<unknown> {
    const { db } = this.#context.storage;
    const job = await store.findJob(db, id);
    if (job?.state !== 'COMPLETED') throw errorOf(job, this.#hasOutput);
    this.#begins(job.attempt);
    return jsonIn((await store.findResult(db, id)) ?? 'null');
  }

  async #write(text: string): Promise<void> {
    this.#hasOutput = true;
    if (this.#left.signal.aborted || this.#sink === undefined) return;
    this.#resumed = Promise.withResolvers();
    if (!this.#sink.write(Buffer.from(text))) await this.#resumed.promise;
  }

  /** Says to a caller that waits where its request is, as a comment, which readers of events skip. */
  async #note(id: string): Promise<void> {
    const { storage, logger } = this.#context;
    try {
      const job = await store.findJob(storage.db, id);
      if (job === undefined || isFinal(job.state)) return;
      const { queue_position: place } = await viewOfJob(this.#context, job);
      const words = job.state === 'RUNNING' ? 'running' : `queued${place === null ? '' : ` ${place}`}`;
      if (!this.#hasOutput && !this.#isOver) this.#sink?.write(Buffer.from(`: ${words}\n\n`));
    } catch (error) {
      logger.warn({ err: error, job: id }, 'the place of a job in the queue could not be read');
    }
  }

  /** A job whose request is not heard of any more is canceled by the sweeper. */
  async #renew(id: string): Promise<void> {
    const { storage, clock, clocks, logger } = this.#context;
    const untilMs = clock.nowMs() + clocks.leaseMs;
    await booksOf(storage)
      .transaction((tx) => store.keepReader(tx, id, untilMs), { durable: false })
      .catch((error: unknown) =>
        logger.warn({ err: error, job: id }, 'the reader of a job could not be renewed'),
      );
  }

  #fail(error: Error): void {
    this.#isOver = true;
    if (this.#left.signal.aborted) return;
    if (this.#sink === undefined) this.#request.onFailure(error);
    else this.#sink.fail(error);
  }

  /** The job has no reader any more: it is canceled where it is not over, and what it took is settled. */
  async #close(job: JobRow | undefined): Promise<void> {
    if (job === undefined) return this.#took.resolve(NOTHING);
    const { storage, logger } = this.#context;
    try {
      if (!isFinal(job.state)) await this.#cancel(job.id);
      const last = (await store.attemptsOf(storage.db, job.id)).at(-1);
      // A caller that leaves pays for the time until then: its worker has not said what it took.
      const counted = last?.outcome === 'canceled' ? last.gpu_ms_measured : last && gpuMsOf(last);
      this.#took.resolve({ worker: last?.worker_id ?? '', gpuMs: counted ?? 0 });
    } catch (error) {
      logger.error({ err: error, job: job.id }, 'a job could not be settled');
      this.#took.resolve(NOTHING);
    }
  }

  async #cancel(id: string): Promise<void> {
    const context = this.#context;
    // Also where the request was ended, with its permit.
    const row = await booksOf(context.storage).transaction(async (tx) => {
      const job = await store.lockJob(tx, id);
      if (job === undefined || isFinal(job.state)) return undefined;
      const why = { code: 'canceled', message: 'The caller has left.' };
      await endJob(tx, context, job, { state: 'CANCELED', ...why, outcome: 'canceled' });
      return job;
    });
    if (row !== undefined) ended(context, row);
  }

  /** The caller has its answer, and nobody comes for it again: no text of it is kept. */
  async #forget(job: JobRow | undefined): Promise<void> {
    if (job === undefined) return;
    const { storage, logger } = this.#context;
    await booksOf(storage)
      .transaction((tx) => store.closeReader(tx, job.id), { durable: false })
      .catch((error: unknown) => logger.warn({ err: error, job: job.id }, 'the texts of a job stay'));
  }
}

const NOTHING: Took = { worker: '', gpuMs: 0 };
