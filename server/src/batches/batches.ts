import { hash } from 'node:crypto';
import { holdsScope, type Caller, type Scope } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import type { BatchesContext } from './context.ts';
import { fileNotFound, findOwnFile, unknownPlace } from './files/files.ts';
import { changed } from './news.ts';
import * as store from './store/batch-store.ts';
import { lockFile } from './store/file-store.ts';
import type { BatchRow, Ending } from './store/tables.ts';

/** Of one owner, that are not over. */
const OPEN_MAX = 100;
const WINDOW_MAX_SECONDS = 7 * 86_400;
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

export interface BatchInput {
  input_file_id: string;
  endpoint: BatchRow['endpoint'];
  completion_window: string;
  metadata?: Record<string, string> | null | undefined;
  output_expires_after?: { anchor: 'created_at'; seconds: number } | undefined;
}

/**
 * Resolves when the batch is stored: no crash loses it.
 * @throws KeywardError `insufficient_scope`, `not_found`, `invalid_input`, `queue_full`, `idempotency_conflict`
 */
export async function createBatch(
  context: BatchesContext,
  caller: Caller,
  { input, idempotencyKey }: { input: BatchInput; idempotencyKey: string | undefined },
): Promise<BatchRow> {
  refuseWithout(caller, 'models:use');
  const made = newBatch(context, caller, input);
  const row = { ...made, ...repeatOf(input, idempotencyKey) };
  const earlier = await earlierOf(context, row);
  if (earlier !== undefined) return earlier;
  await findOwnFile(context, caller, input.input_file_id);
  const stored = await context.audit.change({ kind: 'key', caller }, async (tx) => {
    // One request at a time with this file: of two with the same Idempotency-Key the second finds the first.
    const file = await lockFile(tx, input.input_file_id);
    if (file === undefined) throw fileNotFound();
    if (file.purpose !== 'batch')
      throw invalidField('input_file_id', 'must be a file that was uploaded with the purpose batch');
    const same = await earlierOf({ storage: { db: tx } }, row);
    if (same !== undefined) return { result: same };
    if ((await store.countOpen(tx, caller.ownerId, OPEN_MAX)) >= OPEN_MAX) throw tooMany();
    await store.insertBatch(tx, row);
    const details = { endpoint: row.endpoint, input_file_id: row.input_file_id };
    return { result: row, entry: { action: 'batches.create', target: row.id, details } };
  });
  changed(context);
  return stored;
}

async function earlierOf(
  { storage }: { storage: Pick<BatchesContext['storage'], 'db'> },
  { owner_id: ownerId, idempotency_key: key, request_hash: request }: BatchRow,
): Promise<BatchRow | undefined> {
  if (key === null) return undefined;
  const earlier = await store.findByIdempotencyKey(storage.db, ownerId, key);
  if (earlier !== undefined && earlier.request_hash !== request)
    throw new KeywardError('idempotency_conflict', 'This Idempotency-Key was used for another batch.', {
      hint: 'Send each batch with its own Idempotency-Key.',
      details: { batch_id: earlier.id },
    });
  return earlier;
}

const repeatOf = (input: BatchInput, key: string | undefined) => ({
  idempotency_key: key ?? null,
  request_hash: key === undefined ? null : hash('sha256', JSON.stringify(input), 'hex'),
});

function newBatch({ clock, limits }: BatchesContext, caller: Caller, input: BatchInput): BatchRow {
  const nowMs = clock.nowMs();
  const { output_expires_after: after } = input;
  return {
    id: newId('batch'),
    owner_id: caller.ownerId,
    key_id: caller.keyId,
    endpoint: input.endpoint,
    input_file_id: input.input_file_id,
    completion_window: input.completion_window,
    metadata: input.metadata === undefined || input.metadata === null ? null : JSON.stringify(input.metadata),
    model: null,
    status: 'validating',
    errors: null,
    ending: null,
    decided_at: null,
    output_file_id: null,
    error_file_id: null,
    output_kept_ms: Math.min(limits.keptMs, after === undefined ? Infinity : after.seconds * 1_000),
    created_at: nowMs,
    in_progress_at: null,
    expires_at: nowMs + windowMs(input.completion_window),
    finalizing_at: null,
    cancelling_at: null,
    finished_at: null,
    total: 0,
    completed: 0,
    failed: 0,
    output_bytes: 0,
    error_bytes: 0,
    input_tokens: 0,
    cached_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    idempotency_key: null,
    request_hash: null,
    holder: '',
    until_at: 0,
    fence: 0,
  };
}

function windowMs(text: string): number {
  const [, count = '', unit = ''] = /^([1-9]\d{0,5})([smhd])$/.exec(text) ?? [];
  const seconds = Number(count) * (UNIT_SECONDS[unit] ?? NaN);
  if (!(seconds <= WINDOW_MAX_SECONDS))
    throw invalidField('completion_window', 'must be a time of at most 7d, such as 24h or 90m');
  return seconds * 1_000;
}

/** @throws KeywardError `insufficient_scope` */
function refuseWithout(caller: Caller, scope: Scope): void {
  if (holdsScope(caller, scope)) return;
  throw new KeywardError('insufficient_scope', `The key lacks the scope ${scope}.`, {
    details: { scope },
    hint: 'The requests of a batch run with the key that makes it.',
  });
}

const tooMany = (): KeywardError =>
  new KeywardError('queue_full', `This owner has ${OPEN_MAX} batches that are not over, the maximum.`, {
    hint: 'Wait until one is over, or cancel one.',
    headers: { 'retry-after': '60' },
  });

const batchNotFound = (): KeywardError =>
  new KeywardError('not_found', 'There is no such batch.', { hint: 'GET /v1/batches lists your batches.' });

/** @throws KeywardError `not_found`, also for the batch of another owner */
export async function findOwnBatch(
  { storage }: Pick<BatchesContext, 'storage'>,
  caller: Pick<Caller, 'ownerId'>,
  id: string,
): Promise<BatchRow> {
  const row = await store.findBatch(storage.db, id);
  if (row === undefined || row.owner_id !== caller.ownerId) throw batchNotFound();
  return row;
}

/** Newest first. @throws KeywardError `invalid_input` naming `after` */
export async function listBatches(
  { storage }: BatchesContext,
  { ownerId }: Pick<Caller, 'ownerId'>,
  { after, limit = 20 }: { after?: string | undefined; limit?: number | undefined },
): Promise<{ items: BatchRow[]; hasMore: boolean }> {
  const last = after === undefined ? undefined : await store.findBatch(storage.db, after);
  if (after !== undefined && last?.owner_id !== ownerId) throw unknownPlace('batch');
  const rows = await store.pageOfBatches(storage.db, { ownerId, after: last, limit: limit + 1 });
  return { items: rows.slice(0, limit), hasMore: rows.length > limit };
}

const CANCELLED: Ending = {
  status: 'cancelled',
  rest: { code: 'batch_cancelled', message: 'The batch was cancelled before this request was run.' },
};

/** Lines that run may end; no other begins. @throws KeywardError `not_found`, `conflict` once it ends or is over */
export async function cancelBatch(context: BatchesContext, caller: Caller, id: string): Promise<BatchRow> {
  await findOwnBatch(context, caller, id);
  await context.audit.change({ kind: 'key', caller }, async (tx) => {
    const row = await store.lockBatch(tx, id);
    if (row === undefined) throw batchNotFound();
    if (row.status === 'cancelling') return { result: undefined };
    if (row.status !== 'validating' && row.status !== 'in_progress')
      throw new KeywardError('conflict', `The batch is ${row.status} already.`, {
        hint: 'GET /v1/batches/{id} names the files with its results.',
      });
    const nowMs = context.clock.nowMs();
    const ending = JSON.stringify(CANCELLED);
    await store.updateBatch(tx, id, {
      status: 'cancelling',
      cancelling_at: nowMs,
      decided_at: nowMs,
      ending,
    });
    return { result: undefined, entry: { action: 'batches.cancel', target: id } };
  });
  changed(context);
  return findOwnBatch(context, caller, id);
}
