import { setTimeout as sleep } from 'node:timers/promises';
import { deletedOwners } from '../../keys/index.ts';
import type { BatchesContext } from '../context.ts';
import { removeFile } from '../files/files.ts';
import * as store from '../store/batch-store.ts';
import { deleteFile, expiredFiles } from '../store/file-store.ts';

const SLICE = 50;
/** An upload that has not ended after so long was given up, or its process has died. */
const UPLOAD_MAX_MS = 86_400_000;

/** Deletes files and batches whose time is over, and those of owners that were deleted. */
export class Cleaner {
  readonly #context: BatchesContext;

  constructor(context: BatchesContext) {
    this.#context = context;
  }

  /** Never rejects. */
  async clean(): Promise<void> {
    try {
      await this.#deleteExpired();
      await this.#deleteFinished();
      await this.#deleteOfOwners();
    } catch (error) {
      this.#context.logger.warn({ err: error }, 'files and batches were not cleaned up');
    }
  }

  async #deleteExpired(): Promise<void> {
    const { storage, clock } = this.#context;
    for (;;) {
      const nowMs = clock.nowMs();
      const abandonedMs = nowMs - UPLOAD_MAX_MS;
      const files = await expiredFiles(storage.db, { nowMs, abandonedMs, limit: SLICE });
      // Each may be large.
      for (const file of files) await storage.transaction((tx) => removeFile(tx, file), { durable: false });
      if (files.length < SLICE) return;
      await sleep(1);
    }
  }

  async #deleteFinished(): Promise<void> {
    const { storage, clock, limits } = this.#context;
    for (;;) {
      const ids = await store.finishedBefore(storage.db, clock.nowMs() - limits.keptMs, SLICE);
      for (const id of ids) await storage.transaction((tx) => store.deleteBatch(tx, id), { durable: false });
      if (ids.length < SLICE) return;
      await sleep(1);
    }
  }

  async #deleteOfOwners(): Promise<void> {
    const { storage, keys } = this.#context;
    for (const owner of await deletedOwners(keys, await store.ownersOfAll(storage.db)))
      for (;;) {
        const { files, batches } = await store.thingsOf(storage.db, owner, SLICE);
        for (const id of batches)
          await storage.transaction((tx) => store.deleteBatch(tx, id), { durable: false });
        for (const id of files) await storage.transaction((tx) => deleteFile(tx, id), { durable: false });
        if (batches.length + files.length === 0) break;
        await sleep(1);
      }
  }
}
