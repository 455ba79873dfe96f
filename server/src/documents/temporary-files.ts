import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

/**
 * Files that have no name from the moment they are made: nobody else can open them, and they are gone when they are
 * closed or this process ends, however it ends.
 */
export class TemporaryFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Clears what a process left that was ended between making a file and taking its name away. */
  start(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(this.#folder)) rmSync(join(this.#folder, name), { force: true });
  }

  /** Empty, for writing and reading. Whoever asks for it closes it. */
  async create(): Promise<FileHandle> {
    const path = join(this.#folder, randomUUID());
    const file = await open(path, 'wx+', 0o600);
    // Another process that starts now may have cleared it away.
    await unlink(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    return file;
  }
}
