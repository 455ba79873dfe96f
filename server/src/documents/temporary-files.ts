import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

/**
 * Files without a name: nobody else can open them, and they are removed when they are closed or this process ends, however
 * it ends.
 */
export class TemporaryFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes the files of a process that ended between making a file and removing its name. */
  start(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#folder)) rmSync(join(this.#folder, name), { force: true });
  }

  /** Empty, for writing and reading. The caller closes it. */
  async create(): Promise<FileHandle> {
    const path = join(this.#folder, randomUUID());
    const file = await open(path, 'wx+', 0o600);
    // Another process that starts now may have removed it.
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    return file;
  }
}
