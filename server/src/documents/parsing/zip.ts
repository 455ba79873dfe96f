import type { Readable } from 'node:stream';
import yauzl from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { shownBytes, Unreadable } from './limits.ts';
import type { Source } from './source.ts';

/**
 * The files of a zip archive. Counts all bytes that it decompresses, for the sizes in its directory can be false: an archive
 * of a few KiB can hold petabytes. Guarded by hostile-files.test.ts.
 */
export class Zip {
  readonly #file: ZipFile;
  readonly #entries: Map<string, Entry>;
  readonly #source: Source;
  #unpacked = 0;

  constructor(file: ZipFile, entries: Map<string, Entry>, source: Source) {
    this.#file = file;
    this.#entries = entries;
    this.#source = source;
  }

  /** @throws Unreadable where the file is not a zip archive. */
  static async open(source: Source): Promise<Zip> {
    const options = { lazyEntries: true, autoClose: false, validateEntrySizes: true };
    const { content } = source;
    const opening =
      typeof content === 'number'
        ? yauzl.fromFdPromise(content, options)
        : yauzl.fromBufferPromise(content, options);
    const file = await opening.catch(() => {
      throw new Unreadable(
        source.start(COMPOUND_MARK.length).equals(COMPOUND_MARK)
          ? 'is encrypted, or an old Office file: save it again, without a password.'
          : 'is damaged: it is not a zip archive, as files of its kind are.',
      );
    });
    if (file.entryCount > source.limits.zipEntries)
      throw new Unreadable(`holds more than ${source.limits.zipEntries} files.`);
    return new Zip(file, await entriesOf(file), source);
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** A file's text, piece by piece. @throws Unreadable where it is missing, or too much was decompressed. */
  async *text(name: string): AsyncGenerator<string> {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw new Unreadable(`is damaged: it has no ${name}.`);
    if (entry.isEncrypted()) throw new Unreadable('is encrypted: save it without a password.');
    const stream: Readable = await this.#file.openReadStreamPromise(entry);
    const decoder = new TextDecoder();
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      this.#count(chunk.length);
      yield decoder.decode(chunk, { stream: true });
    }
    yield decoder.decode();
  }

  async wholeText(name: string): Promise<string> {
    const pieces: string[] = [];
    for await (const piece of this.text(name)) pieces.push(piece);
    return pieces.join('');
  }

  /** Decompresses everything and keeps nothing: for archives that are then given to a reader without limits. */
  async measure(): Promise<void> {
    for (const name of this.#entries.keys()) {
      if (name.endsWith('/')) continue;
      for await (const piece of this.text(name)) void piece;
    }
    this.#unpacked = 0;
  }

  #count(bytes: number): void {
    this.#unpacked += bytes;
    const { unpackedBytes } = this.#source.limits;
    if (this.#unpacked > unpackedBytes)
      throw new Unreadable(`unpacks to more than ${shownBytes(unpackedBytes)}.`);
  }
}

/** The first bytes of old Office files, and of new ones with a password. */
const COMPOUND_MARK = Buffer.from('d0cf11e0a1b11ae1', 'hex');

async function entriesOf(file: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of file.eachEntry()) entries.set(entry.fileName, entry);
  return entries;
}
