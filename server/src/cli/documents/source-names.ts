import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { CliError, usageError } from '../exit.ts';

/**
 * How the files of this user on this machine are named at the server, so that no other folder shares the name of a source by
 * accident: docs/decisions/0016-documents-know-their-source.md.
 */
export type SourceNames = (file: { path: string; title: string }) => Promise<string>;

export const SOURCE_ARG = {
  type: 'string',
  description: 'Name of the source, for files that are at another path or machine each time',
  valueHint: 'name',
} as const;

/** `name:title`. A colon in the name would let the names of two sources begin alike. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@/ -]{0,199}$/u;
const TAKEN = /^(?:file|https?)$/i;

/** @param given of `--source`; left out: the path on this machine. @throws CliError */
export async function sourceNames(given: string | undefined, configDir: string): Promise<SourceNames> {
  if (given === undefined) {
    const prefix = await machinePrefix(configDir);
    return async ({ path }) => `${prefix}${slashed(await realpath(path))}`;
  }
  return async ({ title }) => `${namedPrefix(given)}${title}`;
}

/** How the sources of all files of a folder begin. @throws CliError */
export async function folderPrefix(
  folder: string,
  given: string | undefined,
  configDir: string,
): Promise<string> {
  if (given !== undefined) return namedPrefix(given);
  const path = slashed(await realpath(folder));
  return `${await machinePrefix(configDir)}${path}${path.endsWith('/') ? '' : '/'}`;
}

function namedPrefix(name: string): string {
  if (NAME.test(name) && !TAKEN.test(name)) return `${name}:`;
  throw usageError(
    '--source must be 1 to 200 letters, digits, dots, dashes, slashes or spaces, such as github.com/acme/handbook.',
  );
}

/** Of Windows paths too. */
function slashed(path: string): string {
  const plain = path.split(sep).join('/');
  return plain.startsWith('/') ? plain : `/${plain}`;
}

/** Two machines do not share it, also where the home of one was copied to the other. */
async function machinePrefix(configDir: string): Promise<string> {
  const machine = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  const id = `${await installationId(configDir)}\n${machine.trim()}`;
  return `file://${createHash('sha256').update(id).digest('hex').slice(0, 16)}`;
}

const ID = /^[\da-f-]{36}$/;

/** Random, and made once: by the first of several commands that begin at once. */
async function installationId(configDir: string): Promise<string> {
  const path = join(configDir, 'source-id');
  try {
    const present = await readId(path);
    if (present !== undefined) return present;
    await mkdir(configDir, { recursive: true, mode: 0o700 });
    const draft = `${path}.${randomUUID()}`;
    try {
      await writeFile(draft, `${randomUUID()}\n`, { flag: 'wx', mode: 0o600 });
      await link(draft, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error;
      });
    } finally {
      await rm(draft, { force: true });
    }
    const made = await readId(path);
    if (made !== undefined) return made;
    throw new Error('it is gone');
  } catch (error) {
    throw new CliError(`The id of this machine cannot be kept in ${path}: ${(error as Error).message}.`, {
      hint: 'Set KEYWARD_CONFIG_DIR to a folder that you can write, or name the source: --source NAME.',
    });
  }
}

async function readId(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  if (ID.test(text.trim())) return text.trim();
  // Another id would make all documents of this machine strangers.
  throw new Error('it is damaged; restore it, or remove it to send all files again as new documents');
}
