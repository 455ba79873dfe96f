import type { FileHandle } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { Mutex } from '../../base/mutex.ts';

/** Waits for the reader: first in memory, the rest in a file; past both, the writer waits. */
const MEMORY_MAX_BYTES = 1024 * 1024;
const FILE_MAX_BYTES = 256 * 1024 * 1024;
const PIECE_BYTES = 64 * 1024;
/** A reader that takes nothing for this long has disconnected. */
const STANDSTILL_MS = 60_000;

interface Options {
  /** The file is removed when it is closed. */
  create: () => Promise<FileHandle>;
  fileMaxBytes?: number;
  standstillMs?: number;
}

/**
 * An answer that is written before the client reads it. Most clients send their whole body first: a server that waits for
 * its answer to be read before it reads on would deadlock with them.
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
  /** The response is full; `drain` follows. */
  #isFull = false;

  constructor(response: ServerResponse, options: Options) {
    this.#response = response;
    this.#options = options;
    response.on('error', () => response.destroy());
    response.once('close', () => void this.#close());
  }

  /** Whether bytes wait here. */
  get isBehind(): boolean {
    return this.#memory.length > 0 || this.#fileEnd > this.#fileStart || this.#pumping !== undefined;
  }

  /** Waits only if there is no more room. @throws if the reader has disconnected. */
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

  /** Resolves when all was read or the reader has disconnected. Never rejects. */
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
      // All of the file was read: start again at 0.
      if (this.#fileStart === this.#fileEnd) this.#fileStart = this.#fileEnd = 0;
      return buffer.subarray(0, bytesRead);
    });
  }

  /** Until the response has room or the reader has disconnected. */
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
