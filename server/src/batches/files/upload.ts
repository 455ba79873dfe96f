import type { Caller } from '../../access/index.ts';
import { invalidField, KeywardError } from '../../base/errors.ts';
import { newId } from '../../base/ids.ts';
import type { BatchesContext } from '../context.ts';
import { booksOf, type Db } from '../../storage/index.ts';
import * as store from '../store/file-store.ts';
import type { FileRow } from '../store/tables.ts';

/** Of a transaction: more would hold up others, fewer would take longer. */
const TOGETHER_BYTES = 16 * store.PIECE_BYTES;
const EXPIRES_MIN_SECONDS = 3_600;
const EXPIRES_MAX_SECONDS = 2_592_000;

export interface FileInput {
  filename: string;
  purpose: string | undefined;
  expiresAfter: { anchor: string | undefined; seconds: string | undefined };
}

/**
 * A file that arrives. Its bytes go to the database piece by piece, never whole into memory; nobody sees it before its end,
 * and what a crash leaves of it is deleted (batches/running/cleaner.ts).
 */
export class FileUpload {
  readonly #context: BatchesContext;
  readonly #caller: Caller;
  readonly #id = newId('file');
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #bytes = 0;
  #seq = 0;
  #isBegun = false;

  constructor(context: BatchesContext, caller: Caller) {
    this.#context = context;
    this.#caller = caller;
  }

  /** @throws KeywardError `too_large` */
  async write(chunk: Buffer): Promise<void> {
    const { fileMaxBytes } = this.#context.limits;
    this.#bytes += chunk.length;
    if (this.#bytes > fileMaxBytes) throw tooLarge(fileMaxBytes);
    this.#waiting.push(chunk);
    this.#waitingBytes += chunk.length;
    if (this.#waitingBytes >= TOGETHER_BYTES) await this.#store(false);
  }

  /** @throws KeywardError `invalid_input`, `too_large` */
  async finish(input: FileInput): Promise<FileRow> {
    const expiresInMs = this.#checked(input);
    if (this.#bytes === 0) throw invalidField('file', 'must not be empty', 'Send a JSON object a line.');
    await this.#store(true);
    const bytes = this.#bytes;
    return this.#context.audit.change({ kind: 'key', caller: this.#caller }, async (tx) => {
      const nowMs = this.#context.clock.nowMs();
      // Other uploads of the owner have come beside it.
      const { filesMaxBytes } = this.#context.limits;
      if ((await store.uploadedBytes(tx, this.#caller.ownerId)) > filesMaxBytes) throw noRoom(filesMaxBytes);
      const row = await store.finishFile(tx, this.#id, {
        filename: input.filename,
        created_at: nowMs,
        expires_at: nowMs + expiresInMs,
        is_ready: 1,
      });
      if (row === undefined)
        throw new KeywardError('conflict', 'The upload took too long and was given up.', {
          hint: 'Send the file again.',
        });
      return { result: row, entry: { action: 'files.create', target: this.#id, details: { bytes } } };
    });
  }

  /** Removes what is stored of a file that is refused, also where its request was ended. */
  async giveUp(): Promise<void> {
    if (!this.#isBegun) return;
    const storage = booksOf(this.#context.storage);
    await storage.transaction((tx) => store.deleteFile(tx, this.#id), { durable: false });
  }

  #checked({ purpose, expiresAfter: { anchor, seconds } }: FileInput): number {
    const { keptMs } = this.#context.limits;
    if (purpose === undefined) throw invalidField('purpose', 'is missing', 'Send purpose=batch.');
    if (purpose !== 'batch')
      throw invalidField('purpose', 'must be batch', 'This server has no other use of files.');
    if (anchor === undefined && seconds === undefined) return keptMs;
    if (anchor !== 'created_at') throw invalidField('expires_after.anchor', 'must be created_at');
    const given = /^\d{1,7}$/.test(seconds ?? '') ? Number(seconds) : 0;
    if (given < EXPIRES_MIN_SECONDS || given > EXPIRES_MAX_SECONDS)
      throw invalidField(
        'expires_after.seconds',
        `must be a whole number from ${EXPIRES_MIN_SECONDS} to ${EXPIRES_MAX_SECONDS}`,
      );
    return Math.min(keptMs, given * 1_000);
  }

  /** @param isLast also the rest that fills no piece */
  async #store(isLast: boolean): Promise<void> {
    const all = Buffer.concat(this.#waiting);
    const pieces: Buffer[] = [];
    let at = 0;
    for (; at + store.PIECE_BYTES <= all.length; at += store.PIECE_BYTES)
      pieces.push(all.subarray(at, at + store.PIECE_BYTES));
    if (isLast && at < all.length) pieces.push(all.subarray(at));
    const seq = this.#seq;
    await this.#context.storage.transaction(
      async (tx) => {
        if (!this.#isBegun) await this.#begin(tx);
        if (pieces.length > 0) await store.insertPieces(tx, this.#id, { seq, pieces });
        await store.growFile(tx, this.#id, this.#bytes);
      },
      { durable: false },
    );
    this.#isBegun = true;
    this.#seq += pieces.length;
    this.#waiting = isLast ? [] : [all.subarray(at)];
    this.#waitingBytes = isLast ? 0 : all.length - at;
  }

  async #begin(tx: Db): Promise<void> {
    const { clock, limits } = this.#context;
    const { ownerId } = this.#caller;
    const others = await store.uploadedBytes(tx, ownerId);
    if (others + this.#bytes > limits.filesMaxBytes) throw noRoom(limits.filesMaxBytes);
    await store.insertFile(tx, {
      id: this.#id,
      owner_id: ownerId,
      purpose: 'batch',
      filename: '',
      bytes: 0,
      created_at: clock.nowMs(),
      expires_at: clock.nowMs() + limits.keptMs,
      is_ready: 0,
      batch_id: null,
      part: null,
    });
  }
}

const MIB = 1024 * 1024;

const tooLarge = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', `file: must have at most ${maxBytes / MIB} MiB.`, {
    errors: [{ field: 'file', message: `must have at most ${maxBytes / MIB} MiB` }],
    hint: 'Split it into several batches. The operator can raise KEYWARD_BATCH_FILE_MAX_MIB.',
  });

const noRoom = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', `The uploaded files of this owner have ${maxBytes / MIB} MiB, the maximum.`, {
    hint: 'Delete some: DELETE /v1/files/{id}. The operator can raise KEYWARD_BATCH_FILES_MAX_MIB.',
  });
