import { once } from 'node:events';
import { createReadStream, fstatSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { collected } from '../base/collected.ts';
import { CliError, EXIT, usageError } from './exit.ts';
import { isTerminal, say, type Io } from './io.ts';

/** Stands for stdin where a file is read, and for stdout where one is written. */
const STREAM = '-';
/** Of a file that is read as a whole, such as the requests of a batch. */
const INPUT_MAX_MIB = 512;

interface Described {
  description: string;
}

/** Declares an argument that names a file to read. All of them are declared here: each takes `-`, and says so. */
export const inputFile = <const T extends Described>(arg: T): T & { takes: 'input' } => ({
  ...arg,
  description: `${arg.description}; - reads stdin`,
  takes: 'input',
});

/** As `inputFile`, of a file to write. */
export const outputFile = <const T extends Described>(arg: T): T & { takes: 'output' } => ({
  ...arg,
  description: `${arg.description}; - writes to stdout`,
  takes: 'output',
});

export const isStream = (path: string | undefined): boolean => path === STREAM;

/** For messages. */
export const nameOf = (path: string): string => (isStream(path) ? 'stdin' : path);

/** The bytes of a file, or of stdin. @throws CliError */
export async function openInput(io: Io, path: string): Promise<AsyncIterable<Uint8Array>> {
  if (isStream(path)) {
    if (isTerminal(io.stdin)) say(io, 'Reading from the terminal: Ctrl-D on a line of its own ends it.');
    return addAbortSignal(io.interrupted, io.stdin) as AsyncIterable<Uint8Array>;
  }
  // A command that fails before it reads leaves it open: Node warns where that is a FileHandle.
  const file = createReadStream(path);
  try {
    const [fd] = (await once(file, 'open')) as [number];
    if (fstatSync(fd).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    return file;
  } catch (error) {
    file.destroy();
    throw unreadable(path, error as NodeJS.ErrnoException);
  }
}

/** All of a file, or of stdin, as text. @throws CliError */
export async function readInput(io: Io, path: string): Promise<string> {
  const tooLong = (): CliError =>
    usageError(`${nameOf(path)} contains more than ${INPUT_MAX_MIB} MiB.`, { hint: 'Split it.' });
  const bytes = await collected(await openInput(io, path), INPUT_MAX_MIB * 1024 * 1024, tooLong);
  return bytes.toString('utf8').replace(/^\uFEFF/, '');
}

const WHY: Record<string, string> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

function unreadable(path: string, { code, message }: NodeJS.ErrnoException): CliError {
  const why = WHY[code ?? ''] ?? code ?? message;
  return new CliError(`${path} cannot be read: ${why}.`, {
    exitCode: EXIT.usage,
    hint: 'Name a file, or - for stdin.',
  });
}

/** Stdin can be read once: a key and a file, or two files, cannot both come from there. @throws CliError */
export function refuseSecondStdin(args: object, values: ReadonlyMap<string, readonly string[]>): void {
  const files = Object.entries(args).filter(([, arg]) => (arg as { takes?: unknown }).takes === 'input');
  const given = files.flatMap(([name]) => (values.get(name) ?? []).filter(isStream).map(() => name));
  const keys = [...values].filter(([name, [value]]) => name.endsWith('-stdin') && value === 'true');
  const names = [...given, ...keys.map(([name]) => `--${name}`)];
  if (given.length === 0 || names.length < 2) return;
  throw usageError(`stdin can be read once, but was named ${names.length} times: ${names.join(', ')}.`, {
    hint:
      keys.length > 0 ? 'Log in first, or give the key in KEYWARD_API_KEY.' : 'Name files for the others.',
  });
}
