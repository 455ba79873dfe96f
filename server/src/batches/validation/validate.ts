import type { UnderLease } from '../../storage/index.ts';
import type { BatchesContext } from '../context.ts';
import { changed } from '../news.ts';
import { updateBatch, lockBatch } from '../store/batch-store.ts';
import { findFile } from '../store/file-store.ts';
import { deleteLines, insertLines, type NewLine } from '../store/line-store.ts';
import type { BatchRow } from '../store/tables.ts';
import type { BatchError } from '../views.ts';
import { LINE_MAX_BYTES, linesOf, type FileLine } from './lines.ts';
import { requestIn } from './request-line.ts';

const SLICE = 500;
/** The rest is not looked for. */
const ERRORS_MAX = 100;

/**
 * Reads the input file of a batch, once for all: either each of its lines becomes a row, or the batch fails with what is wrong,
 * line by line. A process that dies leaves rows, with which the next one does not begin.
 */
export async function validate(
  context: BatchesContext,
  { storage, lost }: UnderLease,
  batch: BatchRow,
): Promise<void> {
  await storage.transaction((tx) => deleteLines(tx, batch.id), { durable: false });
  const checking = new Checking(context, batch);
  const file = await findFile(storage.db, batch.input_file_id);
  if (file === undefined) checking.refuse('invalid_input_file', 'The input file was deleted.');
  let slice: NewLine[] = [];
  const store = async (): Promise<void> => {
    const lines = slice;
    slice = [];
    await storage.transaction((tx) => insertLines(tx, lines), { durable: false });
  };
  for await (const found of linesOf(storage.db, batch.input_file_id)) {
    if (lost.aborted || checking.hasEnough) break;
    const line = checking.look(found);
    if (line !== undefined) slice.push(line);
    if (slice.length >= SLICE) await store();
  }
  if (lost.aborted) return;
  await store();
  const { total, errors, model } = checking.result();
  await context.storage.transaction(async (tx) => {
    const now = await lockBatch(tx, batch.id);
    if (now?.status !== 'validating' || now.fence !== batch.fence) return;
    const nowMs = context.clock.nowMs();
    if (errors.length === 0)
      return updateBatch(tx, batch.id, { status: 'in_progress', in_progress_at: nowMs, total, model });
    await deleteLines(tx, batch.id);
    const failed = { status: 'failed', errors: JSON.stringify(errors), finished_at: nowMs } as const;
    await updateBatch(tx, batch.id, failed);
  });
  changed(context);
}

class Checking {
  readonly #limits: BatchesContext['limits'];
  readonly #batch: BatchRow;
  readonly #errors: BatchError[] = [];
  /** With the line that has it. */
  readonly #customIds = new Map<string, number>();
  readonly #models = new Set<string>();
  #total = 0;

  constructor({ limits }: BatchesContext, batch: BatchRow) {
    this.#limits = limits;
    this.#batch = batch;
  }

  get hasEnough(): boolean {
    return this.#errors.length >= ERRORS_MAX || this.#total > this.#limits.linesMax;
  }

  refuse(code: string, message: string, line: number | null = null, param: string | null = null): void {
    this.#errors.push({ code, message, param, line });
  }

  look({ line, start, length, bytes }: FileLine): NewLine | undefined {
    this.#total++;
    if (bytes === undefined) {
      this.refuse('line_too_long', `The line must have at most ${LINE_MAX_BYTES / 1024 / 1024} MiB.`, line);
      return undefined;
    }
    const found = requestIn(bytes, this.#batch);
    if ('fault' in found) {
      this.#errors.push({ ...found.fault, line });
      return undefined;
    }
    const { customId, model } = found.request;
    const first = this.#customIds.get(customId);
    if (first !== undefined) {
      const message = `custom_id: is that of line ${first} too. Each line must have its own.`;
      this.refuse('duplicate_custom_id', message, line, 'custom_id');
      return undefined;
    }
    this.#customIds.set(customId, line);
    if (this.#models.size < 2) this.#models.add(model);
    return { batch_id: this.#batch.id, line, custom_id: customId, start, length };
  }

  result(): { total: number; errors: readonly BatchError[]; model: string | null } {
    const { linesMax } = this.#limits;
    if (this.#total > linesMax)
      this.refuse('too_many_requests', `The file must have at most ${linesMax} requests.`);
    else if (this.#total === 0 && this.#errors.length === 0)
      this.refuse('empty_file', 'The file has no request.');
    const [model = null] = this.#models.size === 1 ? this.#models : [];
    return { total: this.#total, errors: this.#errors, model };
  }
}
