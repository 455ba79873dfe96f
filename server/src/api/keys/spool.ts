import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Mutex } from '../../base/mutex.ts';

/** What waits for the reader: first in memory, the rest in a file; past both, whoever writes waits for the reader. */
const MEMORY_MAX_BYTES = 1024 * 1024;
const FILE_MAX_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
/** A reader that takes nothing for so long while there is something to take has gone away. */
const STANDSTILL_MS = 60_000;

interface Options {
  /** A file that is gone when it is closed. */
  create: () => Promise<FileHandle>;
  fileMaxBytes?: number;
  standstillMs?: number;
}

/**
 * An answer that may be made before anybody reads it. Most clients send a whole body before they read any of the answer: a
 * server that stops reading until its answer is taken would wait for them for ever, and they for it.
 */
export class Spool {
  readonly #response: ServerResponse;
  readonly #options: Options;
  readonly #memory: Buffer[] = [];
  readonly #fileTurns = new Mutex();
  #memoryBytes = 0;
  #file: FileHandle | undefined;
  #fileStart = 0;
  #fileEnd = 0;
  #pumping: Promise<void> | undefined;
  /** The response has taken as much as it takes; `drain` follows. */
  #isFull = false;

  constructor(response: ServerResponse, options: Options) {
    this.#response = response;
    this.#options = options;
    response.on('error', () => response.destroy());
    response.once('close', () => void this.#close());
  }

  /** Whether something waits here that the response has not taken yet. */
  get isBehind(): boolean {
    return this.#memory.length > 0 || this.#fileEnd > this.#fileStart || this.#pumping !== undefined;
  }

  /** Resolves at once, unless there is no more room. @throws where the reader has gone. */
  async write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    if (this.#response.destroyed) throw new Error('The reader has gone.');
    if (!this.#isFull && !this.isBehind) {
      this.#isFull = !this.#response.write(bytes);
      return;
    }
    if (this.#fileEnd === this.#fileStart && this.#memoryBytes + bytes.length <= MEMORY_MAX_BYTES) {
      this.#memory.push(bytes);
      this.#memoryBytes += bytes.length;
    } else await this.#append(bytes);
    this.#pumping ??= this.#pump();
    const { fileMaxBytes = FILE_MAX_BYTES } = this.#options;
    if (this.#fileEnd - this.#fileStart > fileMaxBytes) await this.#pumping;
  }

  /** Resolves when all was taken, or nobody is there to take it. Never rejects. */
  async end(): Promise<void> {
    while (this.#pumping !== undefined) await this.#pumping;
    if (!this.#response.writableEnded) this.#response.end();
  }

  #append(bytes: Buffer): Promise<void> {
    return this.#fileTurns.run(async () => {
      this.#file ??= await this.#options.create();
      await this.#file.write(bytes, 0, bytes.length, this.#fileEnd);
      this.#fileEnd += bytes.length;
    });
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        if (this.#isFull) await this.#drained();
        if (this.#response.destroyed || this.#response.writableEnded) return;
        const piece = this.#memory.shift() ?? (await this.#fromFile());
        if (piece === undefined) return;
        this.#memoryBytes = this.#memory.length === 0 ? 0 : this.#memoryBytes - piece.length;
        this.#isFull = !this.#response.write(piece);
      }
    } catch {
      this.#response.destroy();
    } finally {
      this.#pumping = undefined;
    }
  }

  #fromFile(): Promise<Buffer | undefined> {
    return this.#fileTurns.run(async () => {
      if (this.#file === undefined || this.#fileStart === this.#fileEnd) return undefined;
      const length = Math.min(PIECE_BYTES, this.#fileEnd - this.#fileStart);
      const { buffer, bytesRead } = await this.#file.read(Buffer.alloc(length), 0, length, this.#fileStart);
      this.#fileStart += bytesRead;
      // All of it was read: it begins anew.
      if (this.#fileStart === this.#fileEnd) this.#fileStart = this.#fileEnd = 0;
      return buffer.subarray(0, bytesRead);
    });
  }

  /** Until the response takes more, or nobody is there. */
  async #drained(): Promise<void> {
    await new Promise<void>((resolve) => {
      const response = this.#response;
      const { standstillMs = STANDSTILL_MS } = this.#options;
      let sent = response.socket?.bytesWritten ?? 0;
      const timer = setInterval(() => {
        const { bytesWritten = 0, writableLength = 0 } = response.socket ?? {};
        const out = bytesWritten - writableLength;
        if (out <= sent) response.destroy();
        sent = out;
      }, standstillMs);
      const settle = (): void => {
        clearInterval(timer);
        response.off('drain', settle);
        response.off('close', settle);
        this.#isFull = false;
        resolve();
      };
      response.on('drain', settle);
      response.on('close', settle);
      if (response.destroyed) settle();
    });
  }

  async #close(): Promise<void> {
    this.#memory.length = 0;
    await this.#fileTurns.run(async () => {
      const file = this.#file;
      this.#file = undefined;
      this.#fileStart = this.#fileEnd = 0;
      await file?.close();
    });
  }
}
