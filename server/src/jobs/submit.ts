import { hash } from 'node:crypto';
import { coversAll, selects, type Selectors } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { newOrderedId } from '../base/ids.ts';
import { refuseLiteral } from '../base/outbound/connections.ts';
import type { Submitter } from '../models/index.ts';
import { Together, type Db } from '../storage/index.ts';
import type { JobsContext } from './context.ts';
import type { JobRow, Recovery } from './job.ts';
import { QueuedCounts } from './limits/queued-counts.ts';
import { normalised, type PayloadInput } from './payload.ts';
import { specOf } from './spec.ts';
import { countLanes, deleteLanes, useLane } from './store/lane-store.ts';
import { countQueued, findByIdempotencyKey, insertJobs, type NewJob } from './store/job-store.ts';

export const DEFAULT_TYPE = 'inference';
export const DEFAULT_TTL_SECONDS = 900;
export const DEFAULT_RUN_TIMEOUT_SECONDS = 600;
export const DEFAULT_MAX_ATTEMPTS = 3;
export const DEFAULT_PRIORITY = 5;

/** Different keys and constraints of one owner at a time: each is a place to look at for every worker that asks. */
const LANES_MAX = 2_000;
/** How old a count of the waiting jobs of an owner may be. */
const COUNTED_MS = 5_000;
/** Owners and lanes in memory; more are forgotten. */
const KNOWN_MAX = 10_000;

export interface JobInput extends PayloadInput {
  type?: string | undefined;
  ttl_seconds?: number | undefined;
  run_timeout_seconds?: number | undefined;
  max_attempts?: number | undefined;
  priority?: number | undefined;
  /** ms since 1970 */
  notBeforeMs?: number | undefined;
  recovery?: Recovery | undefined;
  webhook_url?: string | undefined;
  metadata?: Record<string, unknown> | undefined;
  /** See `JobRow.reader_until`. */
  readerUntilMs?: number | undefined;
}

interface New {
  caller: Submitter;
  row: Omit<JobRow, 'lane'>;
  payload: string;
  spec: { text: string; hash: string };
  /** Of the lane, where it is known not to be deleted. */
  lane: number | undefined;
}

type Stored = { row: JobRow; isRepeat: boolean };

/** Takes jobs into the queue. */
export class Submissions {
  readonly #context: JobsContext;
  readonly #inserts: Together<New, Stored | KeywardError>;
  /** Jobs of requests that wait for them: a power cut ends the request too. */
  readonly #readInserts: Together<New, Stored | KeywardError>;
  /** Lanes that were used a moment ago, by owner, priority and hash. */
  readonly #lanes = new Map<string, { id: number; untilMs: number }>();
  /** Waiting jobs of an owner: at most so many. */
  readonly #queued = new Map<string, { atMost: number; countedMs: number }>();

  constructor(context: JobsContext) {
    this.#context = context;
    const insert = (tx: Db, items: readonly New[]) => this.#insert(tx, items);
    this.#inserts = new Together(context.storage, insert);
    this.#readInserts = new Together(context.storage, insert, { durable: false });
  }

  /**
   * Resolves when the job is stored: no crash loses it, unless a request waits for it.
   * @returns the stored job, also of an earlier request with the same idempotency key.
   * @throws KeywardError `invalid_input`, `too_large`, `queue_full`, `idempotency_conflict`
   */
  async submit(
    caller: Submitter,
    input: JobInput,
    idempotencyKey: string | undefined,
  ): Promise<{ row: JobRow; isRepeat: boolean }> {
    const made = this.#newJob(caller, input, idempotencyKey);
    await this.#refuseFull(caller.ownerId);
    const inserts = made.row.reader_until === null ? this.#inserts : this.#readInserts;
    const stored = await inserts.add(made);
    if (stored instanceof KeywardError) throw stored;
    const { row, isRepeat } = stored;
    if (isRepeat) {
      if (row.request_hash !== made.row.request_hash) throw idempotencyConflict(row.id);
      return stored;
    }
    if (this.#lanes.size >= KNOWN_MAX) this.#lanes.clear();
    this.#lanes.set(laneKey(made), { id: row.lane, untilMs: this.#context.clock.nowMs() + LANE_KNOWN_MS });
    this.#context.news.added();
    if (row.held_until === 0) await this.#context.queue.arrived([row.lane], row.queued_at);
    return stored;
  }

  async idle(): Promise<void> {
    await Promise.all([this.#inserts.idle(), this.#readInserts.idle()]);
  }

  #newJob(caller: Submitter, input: JobInput, idempotencyKey: string | undefined): New {
    const { ownerId, keyId, selectors } = caller;
    const { limits, clock } = this.#context;
    const nowMs = clock.nowMs();
    const { type = DEFAULT_TYPE, priority = DEFAULT_PRIORITY } = input;
    const { payload, constraints } = normalised(input);
    const text = JSON.stringify(payload);
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.payloadMaxBytes) throw tooLarge(limits.payloadMaxBytes);
    refuseModels(selectors, constraints.models ?? []);
    if (input.webhook_url !== undefined) this.#refuseAddress(input.webhook_url);
    const spec = specOf(type, constraints, input.readerUntilMs !== undefined);
    const queuedAt = Math.max(input.notBeforeMs ?? nowMs, nowMs);
    const { ttl_seconds: ttl = DEFAULT_TTL_SECONDS, run_timeout_seconds: run = DEFAULT_RUN_TIMEOUT_SECONDS } =
      input;
    const row: Omit<JobRow, 'lane'> = {
      id: newOrderedId('job', nowMs),
      owner_id: ownerId,
      key_id: keyId,
      type,
      state: 'QUEUED',
      priority,
      requested_at: nowMs,
      queued_at: queuedAt,
      held_until: queuedAt > nowMs ? queuedAt : 0,
      expires_at: queuedAt + ttl * 1_000,
      run_timeout_ms: run * 1_000,
      started_at: null,
      finished_at: null,
      attempt: 0,
      spent: 0,
      max_attempts: input.max_attempts ?? DEFAULT_MAX_ATTEMPTS,
      recovery: input.recovery ?? 'restart',
      worker_id: null,
      model: null,
      lease_token: null,
      lease_until: null,
      deadline_at: null,
      output_seq: 0,
      output_bytes: 0,
      progress: null,
      error_code: null,
      error_message: null,
      metadata: JSON.stringify(input.metadata ?? {}),
      idempotency_key: idempotencyKey ?? null,
      request_hash: idempotencyKey === undefined ? null : hash('sha256', JSON.stringify(input), 'hex'),
      webhook_url: input.webhook_url ?? null,
      result_hash: null,
      deleted_at: null,
      reader_until: input.readerUntilMs ?? null,
      lease_key: null,
      lease_price_nano: null,
      lease_gpus: null,
    };
    const made = { caller, row, payload: text, spec, lane: undefined };
    const known = this.#lanes.get(laneKey(made));
    return { ...made, lane: known !== undefined && known.untilMs > nowMs ? known.id : undefined };
  }

  /** A name is looked up when it is used. @throws KeywardError `invalid_input` */
  #refuseAddress(webhookUrl: string): void {
    const url = URL.parse(webhookUrl);
    const hint = 'Such as https://example.org/jobs.';
    if (url === null || url.username !== '' || url.password !== '')
      throw invalidField('webhook_url', 'must be a URL without credentials', hint);
    const policy = { kind: 'page', allowed: this.#context.webhookPrivate } as const;
    if (refuseLiteral(url.hostname, policy) !== undefined)
      throw invalidField('webhook_url', 'must not be a private address', hint);
  }

  async #insert(tx: Db, items: readonly New[]): Promise<(Stored | KeywardError)[]> {
    const outcomes: (Stored | KeywardError | NewJob)[] = [];
    const queued = new QueuedCounts(tx, this.#context.submitters);
    for (const item of items) outcomes.push(await this.#prepared(tx, item, queued));
    const made = outcomes.filter((outcome) => isNew(outcome));
    const stored = await insertJobs(tx, made);
    const results: (Stored | KeywardError)[] = [];
    for (const outcome of outcomes) {
      if (!isNew(outcome)) results.push(outcome);
      else if (stored.has(outcome.row.id)) results.push({ row: outcome.row, isRepeat: false });
      else results.push({ row: await earlierOf(tx, outcome.row), isRepeat: true });
    }
    return results;
  }

  /** A job with its lane, or why it is not stored. */
  async #prepared(
    tx: Db,
    { caller, row, payload, spec, lane }: New,
    queued: QueuedCounts,
  ): Promise<Stored | KeywardError | NewJob> {
    const { owner_id, priority, idempotency_key: key } = row;
    if (key !== null) {
      const earlier = await findByIdempotencyKey(tx, owner_id, key);
      if (earlier !== undefined) return { row: earlier, isRepeat: true };
    }
    const refused = await queued.add(caller);
    if (refused !== undefined) return refused;
    if (lane === undefined && (await countLanes(tx, owner_id)) >= LANES_MAX) {
      await deleteLanes(tx, row.requested_at - LANES_UNUSED_MS);
      if ((await countLanes(tx, owner_id)) >= LANES_MAX) return tooManyKinds();
    }
    const id =
      lane ??
      (await useLane(
        tx,
        { owner_id, key_id: row.key_id, priority, hash: hashOf(row, spec), spec: spec.text },
        row.requested_at,
      ));
    return { row: { ...row, lane: id }, payload };
  }

  /**
   * Counts in memory, and in the database where that says the queue may be full: jobs that left it meanwhile are not known
   * here. Jobs from other processes are seen after five seconds.
   */
  async #refuseFull(ownerId: string): Promise<void> {
    const { storage, clock, limits } = this.#context;
    const nowMs = clock.monotonicMs();
    let known = this.#queued.get(ownerId);
    const mustCount =
      known === undefined ||
      known.atMost >= limits.queuedMax ||
      (nowMs - known.countedMs > COUNTED_MS && known.atMost > limits.queuedMax / 2);
    if (mustCount) {
      if (this.#queued.size >= KNOWN_MAX) this.#queued.clear();
      const atMost = await countQueued(storage.db, ownerId, limits.queuedMax);
      this.#queued.set(ownerId, (known = { atMost, countedMs: nowMs }));
    }
    if (known !== undefined && known.atMost >= limits.queuedMax) throw queueFull(limits.queuedMax);
    if (known !== undefined) known.atMost++;
  }
}

const isNew = (outcome: Stored | KeywardError | NewJob): outcome is NewJob => 'payload' in outcome;

/** Another request with the same key was first: in this transaction, or in another process. */
async function earlierOf(tx: Db, { owner_id: ownerId, idempotency_key: key }: JobRow): Promise<JobRow> {
  const earlier = await findByIdempotencyKey(tx, ownerId, key ?? '');
  if (earlier === undefined) throw new Error('A job was neither stored nor there.');
  return earlier;
}

/** Shorter than lanes are kept after their last use. */
const LANE_KNOWN_MS = 60_000;

/** Where an owner has too many. */
const LANES_UNUSED_MS = 300_000;

const laneKey = ({ row, spec }: Pick<New, 'spec' | 'row'>): string =>
  `${row.owner_id} ${row.priority} ${hashOf(row, spec)}`;

const hashOf = ({ key_id: keyId }: Pick<JobRow, 'key_id'>, spec: New['spec']): string =>
  `${spec.hash}:${keyId}`;

/** A key for some models cannot have others used for it, nor leave the choice to a worker. */
export function refuseModels({ models: selector }: Selectors, models: readonly string[]): void {
  if (coversAll(selector)) return;
  if (models.length === 0)
    throw new KeywardError('forbidden_resource', 'The key covers some models only, and the job names none.', {
      hint: 'Name a model: {"model": "…"}.',
    });
  const other = models.find((model) => !selects(selector, model));
  if (other !== undefined)
    throw new KeywardError('forbidden_resource', `The key does not cover the model ${other}.`);
}

const tooLarge = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', `The payload must have at most ${maxBytes} bytes.`, {
    hint: 'The operator can raise KEYWARD_JOB_PAYLOAD_MAX_MIB.',
  });

const queueFull = (max: number): KeywardError =>
  new KeywardError('queue_full', `This owner has ${max} waiting jobs, the maximum of this server.`, {
    hint: 'Wait until some have run, or cancel some. The operator can raise KEYWARD_JOB_QUEUED_MAX.',
    headers: { 'retry-after': '5' },
  });

const tooManyKinds = (): KeywardError =>
  new KeywardError(
    'queue_full',
    `The jobs of this owner have ${LANES_MAX} different keys and constraints, the maximum.`,
    {
      hint: 'Use constraints that other jobs have, or wait until some have run.',
      headers: { 'retry-after': '60' },
    },
  );

const idempotencyConflict = (jobId: string): KeywardError =>
  new KeywardError('idempotency_conflict', 'This Idempotency-Key was used for another job.', {
    hint: 'Send each job with its own Idempotency-Key.',
    details: { job_id: jobId },
  });
