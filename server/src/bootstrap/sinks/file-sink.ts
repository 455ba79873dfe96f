import { createHash } from 'node:crypto';
import { access, constants, mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import type { PlaceSpec } from '../manifest/manifest.ts';
import { withLock } from './file-lock.ts';
import { readPrivate, unfinishedOf, writePrivate } from './private-files.ts';
import { SinkError, type Provenance, type Sink, type Stored } from './sink.ts';

/** How a value stands in a file. */
interface Format {
  pathOf(name: string): string;
  /** Provenance of all values, beside them. */
  notesPath: string;
  read(content: string, name: string): string | undefined;
  /** @throws SinkError `refused` for a value that the format cannot hold */
  write(content: string, name: string, value: string): string;
  /** undefined: the file goes. */
  remove(content: string, name: string): string | undefined;
}

/** Names of the bootstrap's own files begin with `.keyward`: compose mounts what the manifest names. */
const FILE_NAME = /^(?:\.keyward-|(?!\.))[\w.-]{1,200}$/;

/** One file a value. @param directory absolute */
export function filesFormat(directory: string): Format {
  return {
    pathOf: (name) => {
      if (!FILE_NAME.test(name))
        throw new SinkError(
          'refused',
          `The name of a file must be letters, digits, ".", "_" and "-", not ${JSON.stringify(name)}.`,
        );
      return join(directory, name);
    },
    notesPath: join(directory, '.keyward.json'),
    read: (content) => content,
    write: (_content, _name, value) => value,
    remove: () => undefined,
  };
}

const VARIABLE_NAME = /^[A-Za-z_]\w{0,99}$/;

/** Lines `NAME=value` of one file; other lines stay as they are. @param file absolute */
export function dotenvFormat(file: string): Format {
  const format: Format = {
    pathOf: (name) => {
      if (!VARIABLE_NAME.test(name))
        throw new SinkError(
          'refused',
          `The name of a variable must be such as API_KEY, not ${JSON.stringify(name)}.`,
        );
      return file;
    },
    notesPath: `${file}.keyward.json`,
    read: (content, name) => parseEnv(content)[name],
    write: (content, name, value) => {
      const line = `${name}=${quoted(value)}`;
      const before = content === '' || content.endsWith('\n') ? content : `${content}\n`;
      const written = lineOf(name).test(before)
        ? before.replace(lineOf(name), () => line)
        : `${before}${line}\n`;
      // A value over several lines, or one with every kind of quote, would be read as another one.
      if (format.read(written, name) !== value)
        throw new SinkError(
          'refused',
          `The value of ${name} cannot be written into a .env file. Use a sink of the type files.`,
        );
      return written;
    },
    remove: (content, name) => content.replace(new RegExp(`${lineOf(name).source}\\n?`, 'm'), ''),
  };
  return format;
}

const lineOf = (name: string): RegExp => new RegExp(`^(?:export )?${name}=.*$`, 'm');

const quoted = (value: string): string =>
  /^[\w.~:/+=@-]*$/.test(value) ? value : value.includes("'") ? `"${value}"` : `'${value}'`;

/** Values in files of mode 0600, each change whole or not at all. */
export class FileSink implements Sink {
  readonly #format: Format;

  constructor(format: Format) {
    this.#format = format;
  }

  async preflight(places: readonly PlaceSpec[]): Promise<void> {
    for (const { name = '' } of places) {
      const path = this.#format.pathOf(name);
      await readPrivate(path);
      const folder = dirname(resolve(path));
      await mkdir(folder, { recursive: true, mode: 0o700 }).catch(() => undefined);
      await access(folder, constants.W_OK).catch((cause: unknown) => {
        throw new SinkError(
          'refused',
          `The directory ${folder} cannot be written. Give this user the right to write there, or name another one.`,
          { cause },
        );
      });
    }
  }

  async read({ name = '' }: PlaceSpec): Promise<Stored> {
    const content = await readPrivate(this.#format.pathOf(name));
    const value = content === undefined ? undefined : this.#format.read(content, name);
    const provenance = (await this.#notes())[name] ?? {};
    if (value === undefined) return { state: 'absent', version: '', provenance };
    return { state: 'present', version: versionOf(value), provenance, value };
  }

  async write(place: PlaceSpec, value: string, read: Stored): Promise<void> {
    const { name = '' } = place;
    await this.#changing(async () => {
      if ((await this.read(place)).version !== read.version)
        throw new SinkError('changed', `${name} was changed meanwhile. Run this again.`);
      const path = this.#format.pathOf(name);
      await writePrivate(path, this.#format.write((await readPrivate(path)) ?? '', name, value), true);
    });
  }

  async annotate({ name = '' }: PlaceSpec, provenance: Provenance): Promise<void> {
    await this.#changing(async () => {
      const notes = await this.#notes();
      await this.#writeNotes({ ...notes, [name]: provenance });
    });
  }

  /** A file has no former value. */
  destroyFormer(): Promise<number> {
    return Promise.resolve(0);
  }

  async remove({ name = '' }: PlaceSpec): Promise<void> {
    await this.#changing(async () => {
      const path = this.#format.pathOf(name);
      const content = await readPrivate(path);
      const rest = content === undefined ? undefined : this.#format.remove(content, name);
      // The provenance first: a value without it is found and removed by the next run.
      const { [name]: _, ...notes } = await this.#notes();
      await this.#writeNotes(notes);
      await rm(unfinishedOf(path), { force: true });
      if (rest !== undefined) await writePrivate(path, rest, true);
      else await rm(path, { force: true });
    });
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  #changing<T>(work: () => Promise<T>): Promise<T> {
    return withLock(this.#format.notesPath, work);
  }

  async #notes(): Promise<Record<string, Provenance>> {
    const text = await readPrivate(this.#format.notesPath);
    if (text === undefined) return {};
    const notes = jsonIn(text);
    if (isObject(notes)) return notes as Record<string, Provenance>;
    throw new SinkError(
      'refused',
      `${this.#format.notesPath} cannot be read. Remove it: what it says is found again.`,
    );
  }

  async #writeNotes(notes: Record<string, Provenance>): Promise<void> {
    if (Object.keys(notes).length > 0)
      await writePrivate(this.#format.notesPath, `${JSON.stringify(notes, null, 2)}\n`, true);
    else await rm(this.#format.notesPath, { force: true });
  }
}

/** Never stored or shown: it only tells whether the value is still the one that was read. */
const versionOf = (value: string): string => createHash('sha256').update(value).digest('hex');
