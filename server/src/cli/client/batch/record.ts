import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../../../base/is-object.ts';
import { jsonIn } from '../../../base/json-text.ts';
import type { Context } from '../../command.ts';

/** How far a submission has come; the same file, sent to the same server again, goes on from there. */
export interface Submission {
  /** The server makes one batch of it, however often it is sent. */
  idempotencyKey: string;
  fileId?: string;
  batchId?: string;
}

/** Kept in the configuration folder until the results are written. It contains no key and no text of a request. */
export class SubmissionRecord {
  readonly #folder: string;
  readonly #path: string;

  /** @param what all that makes the submission the one that it is */
  constructor({ config }: Context, what: readonly string[]) {
    this.#folder = join(config.client.configDir, 'batches');
    const name = createHash('sha256').update(JSON.stringify(what)).digest('hex');
    this.#path = join(this.#folder, `${name}.json`);
  }

  async read(): Promise<Submission> {
    const text = await readFile(this.#path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    const value = jsonIn(text);
    if (isObject(value) && typeof value['idempotencyKey'] === 'string') return value as unknown as Submission;
    return { idempotencyKey: randomUUID() };
  }

  /** Atomic: a crash leaves the record before or after. */
  async write(submission: Submission): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const draft = `${this.#path}.${process.pid}`;
    const file = await open(draft, 'w', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(submission)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
  }

  async remove(): Promise<void> {
    await rm(this.#path, { force: true });
  }
}
