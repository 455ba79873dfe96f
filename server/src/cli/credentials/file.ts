import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../exit.ts';

/** A stored login. The file contains the key only if there is no keyring. */
export interface Entry {
  url: string;
  key_id: string;
  stored_in: 'keyring' | 'file';
  key?: string;
}

export type Entries = Record<string, Entry>;

export const credentialsPath = (configDir: string): string => join(configDir, 'credentials.json');

/**
 * Reads the file; without a file there are no entries. A file that others can read gets the mode 0600.
 * @param warn gets a text about such a file.
 */
export async function readEntries(configDir: string, warn: (text: string) => void): Promise<Entries> {
  const path = credentialsPath(configDir);
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) {
      await chmod(path, 0o600);
      warn(
        `Warning: ${path} was readable by other users (mode ${(mode & 0o777).toString(8)}). Its mode is 0600 now.`,
      );
    }
    const { environments } = JSON.parse(await readFile(path, 'utf8')) as { environments?: Entries };
    return environments ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    // The message of the parser would quote the text, which contains keys.
    const why = error instanceof SyntaxError ? 'it is not JSON' : (error as Error).message;
    throw new CliError(`The stored credentials ${path} cannot be read: ${why}.`, {
      hint: 'Remove the file and log in again.',
      example: 'keyward auth login',
    });
  }
}

/** Writes the file atomically, with the mode 0600. */
export async function writeEntries(configDir: string, environments: Entries): Promise<void> {
  const path = credentialsPath(configDir);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  try {
    await mkdir(configDir, { recursive: true, mode: 0o700 });
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify({ version: 1, environments }, null, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw new CliError(`The credentials cannot be stored in ${path}: ${(error as Error).message}.`, {
      hint: 'Set KEYWARD_CONFIG_DIR to a folder that you can write.',
    });
  }
}
