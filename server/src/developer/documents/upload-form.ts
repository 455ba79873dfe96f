import type { FileHandle } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import type { BusboyFileStream, BusboyInstance } from '@fastify/busboy';
import { onFile, openForm, watchArrival, type FormFile } from '../../http/index.ts';

/** A form with one file, which the receiver closes. */
export interface Upload {
  file: { handle: FileHandle; name: string; hasUnclearName: boolean } | undefined;
  /** Text; a list where a field came more than once. */
  fields: Record<string, string | string[]>;
}

const FIELDS_MAX = 32;

/** The reason is shown to the client. */
class Refused extends Error {}

interface Options {
  fileField: string;
  /** Opens the file that receives the bytes. */
  create: () => Promise<FileHandle>;
  maxBytes: number;
  /** The longest time without bytes. @default one minute */
  standstillMs?: number;
}

/**
 * Reads a form as it arrives; its file goes to the disk, never whole into memory. Where the client breaks off, the file is
 * closed, which deletes it, and the promise is rejected.
 * @returns undefined for a body that is not a form.
 */
export async function receiveUpload(
  request: IncomingMessage,
  options: Options,
): Promise<Upload | { refusal: string; isOurs?: boolean } | undefined> {
  const form = openForm(request.headers['content-type'] ?? '', limitsOf(options));
  if (form === undefined) return undefined;
  const reading = new Reading(form, options);
  try {
    await reading.read(request);
    return reading.upload;
  } catch (error) {
    await reading.upload.file?.handle.close();
    if (error instanceof Refused) return { refusal: `Invalid file upload. ${error.message}` };
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG')
      return {
        refusal: 'Invalid file upload. There is no room for the file on the disk of this server.',
        isOurs: true,
      };
    throw error;
  } finally {
    // The rest of a refused form is read and discarded.
    request.unpipe(form);
    request.resume();
  }
}

/** One more than allowed, so that an excess is noticed. */
const limitsOf = ({ maxBytes }: Options) => ({
  files: 2,
  fileSize: maxBytes,
  fields: FIELDS_MAX + 1,
  parts: FIELDS_MAX + 3,
});

class Reading {
  readonly upload: Upload = { file: undefined, fields: {} };
  readonly #form: BusboyInstance;
  readonly #options: Options;
  #fields = 0;
  #stream: BusboyFileStream | undefined;
  #writing: Promise<void> | undefined;

  constructor(form: BusboyInstance, options: Options) {
    this.#form = form;
    this.#options = options;
  }

  /** @throws Refused; errors of the file; an Error where the client broke off. */
  async read(request: IncomingMessage): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    onFile(this.#form, (field, stream, file) => {
      stream.on('error', reject);
      try {
        this.#beginFile(field, stream, file).catch(reject);
      } catch (error) {
        stream.resume();
        reject(error);
      }
    });
    this.#form.on('field', (name, value, _nameCut, valueCut) => {
      try {
        this.#takeField(name, value, valueCut);
      } catch (error) {
        reject(error);
      }
    });
    this.#form.on('fieldsLimit', () => reject(new Refused('Too many fields')));
    this.#form.on('partsLimit', () => reject(new Refused('Too many parts')));
    this.#form.on('filesLimit', () => reject(new Refused('Unexpected field')));
    this.#form.on('error', () => reject(new Refused('Unexpected end of form')));
    this.#form.on('finish', () => resolve());
    request.on('close', () => {
      if (!request.complete) reject(new Error('The client broke off.'));
    });
    const onStandstill = (): void => reject(new Refused('It stopped coming'));
    const unwatch = watchArrival(request, onStandstill, this.#options.standstillMs);
    request.pipe(this.#form);
    try {
      await promise;
    } catch (error) {
      // The file is not closed while something is written to it.
      this.#stream?.destroy();
      await this.#writing?.catch(() => undefined);
      throw error;
    } finally {
      unwatch();
    }
    await this.#writing;
  }

  #beginFile(field: string, stream: BusboyFileStream, file: FormFile): Promise<void> {
    if (field !== this.#options.fileField || this.#writing !== undefined)
      throw new Refused('Unexpected field');
    this.#stream = stream;
    this.#writing = this.#write(stream, file);
    return this.#writing;
  }

  async #write(stream: BusboyFileStream, { name = '', hasUnclearName }: FormFile): Promise<void> {
    try {
      const handle = await this.#options.create();
      this.upload.file = { handle, name, hasUnclearName };
      for await (const chunk of stream as AsyncIterable<Buffer>) await handle.writeFile(chunk);
    } finally {
      // Otherwise the form would wait for a reader.
      stream.resume();
    }
    if (stream.truncated) throw new Refused('File too large');
  }

  #takeField(name: string, value: string, isCut: boolean): void {
    if (++this.#fields > FIELDS_MAX) throw new Refused('Too many fields');
    if (isCut) throw new Refused('Field value too long');
    const plain = name.replace(/\[\]$/, '');
    if (plain === '__proto__') return;
    const before = this.upload.fields[plain];
    this.upload.fields[plain] =
      before === undefined && plain === name
        ? value
        : [...(before === undefined ? [] : [before].flat()), value];
  }
}
