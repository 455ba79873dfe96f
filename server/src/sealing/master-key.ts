import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { link, mkdir, open, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { StartupError } from '../base/errors.ts';

export interface MasterKeySource {
  /** KEYWARD_MASTER_KEY. */
  value?: string | undefined;
  /** KEYWARD_MASTER_KEY_FILE, a path. */
  file?: string | undefined;
  /** The folder of a generated key. */
  dataDir: string;
}

export interface MasterKey {
  /** 32 bytes. */
  key: Buffer;
  source: 'variable' | 'file' | 'generated';
}

const KEY_BYTES = 32;
const FILE_MAX_BYTES = 4096;
const MAKE_ONE = 'make one with: openssl rand -base64 32';

/** @throws StartupError also where it is missing */
export async function loadMasterKey(source: MasterKeySource): Promise<MasterKey> {
  const found = await findMasterKey(source);
  if (found !== undefined) return found;
  const path = pathIn(source.dataDir);
  throw new StartupError(
    `There is no master key: put the one of this database into ${path} (mode 0600), or set KEYWARD_MASTER_KEY.`,
  );
}

/**
 * @returns undefined where no variable is set, and the data directory has none
 * @throws StartupError naming the variable, without its value, nor the text of KEYWARD_MASTER_KEY_FILE, which may be the key
 * itself by mistake.
 */
export async function findMasterKey({
  value,
  file,
  dataDir,
}: MasterKeySource): Promise<MasterKey | undefined> {
  if (value !== undefined && file !== undefined) {
    throw new StartupError('KEYWARD_MASTER_KEY and KEYWARD_MASTER_KEY_FILE are both set: unset one of them.');
  }
  if (value !== undefined) return { key: decodeMasterKey(value, 'KEYWARD_MASTER_KEY'), source: 'variable' };
  if (file !== undefined) return { key: await readNamedFile(file), source: 'file' };
  return readGenerated(dataDir);
}

/** @param name of the source of the text, for messages. @throws StartupError when it is not base64 of exactly 32 bytes. */
export function decodeMasterKey(text: string, name: string): Buffer {
  const key = decodeBase64(text.trim());
  if (key?.length !== KEY_BYTES) {
    throw new StartupError(`${name} must be the base64 text of exactly ${KEY_BYTES} bytes: ${MAKE_ONE}`);
  }
  if (key.every((byte) => byte === key[0])) {
    throw new StartupError(`${name} is a placeholder (one byte, repeated), not a key: ${MAKE_ONE}`);
  }
  return key;
}

function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from skips unknown characters: only base64 comes back unchanged.
  return bytes.toString('base64') === text ? bytes : undefined;
}

async function readNamedFile(path: string): Promise<Buffer> {
  const name = 'KEYWARD_MASTER_KEY_FILE';
  if (decodeBase64(path.trim())?.length === KEY_BYTES) {
    throw new StartupError(
      `${name} holds a key where a path belongs: put the key into KEYWARD_MASTER_KEY instead.`,
    );
  }
  try {
    return await readKeyFile(path, `The file named by ${name}`, `chmod 600 "$${name}"`);
  } catch (error) {
    if (error instanceof StartupError) throw error;
    throw new StartupError(
      `The file named by ${name} cannot be read (${errorCode(error)}): check the path and its owner.`,
    );
  }
}

async function readKeyFile(path: string, what: string, fix: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = await handle.stat();
    if (!stat.isFile())
      throw new StartupError(`${what} is not a plain file: name a file that holds the key.`);
    if ((stat.mode & 0o077) !== 0) {
      const mode = (stat.mode & 0o777).toString(8);
      throw new StartupError(
        `${what} can be read by others (mode ${mode}): ${fix} (for a container's secret: mode 0400).`,
      );
    }
    if (stat.size > FILE_MAX_BYTES)
      throw new StartupError(`${what} is too large to be a master key: ${MAKE_ONE}`);
    return decodeMasterKey(await handle.readFile('utf8'), what);
  } finally {
    await handle.close();
  }
}

/** Makes the master key of a new database, in the data directory. @throws StartupError */
export async function makeMasterKey(dataDir: string): Promise<MasterKey> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await generate(dataDir, pathIn(dataDir));
  } catch (error) {
    throw unusable(dataDir, error);
  }
  // Another process may have written the file first: only the key on the disk counts.
  return loadMasterKey({ dataDir });
}

async function readGenerated(dataDir: string): Promise<MasterKey | undefined> {
  const path = pathIn(dataDir);
  try {
    const key = await readKeyFile(path, `The master key file ${path}`, `chmod 600 ${path}`);
    return { key, source: 'generated' };
  } catch (error) {
    if (error instanceof StartupError) throw error;
    if (errorCode(error) === 'ENOENT') return undefined;
    throw unusable(dataDir, error);
  }
}

const pathIn = (dataDir: string): string => join(dataDir, 'master.key');

const unusable = (dataDir: string, error: unknown): StartupError =>
  new StartupError(
    `The master key file ${pathIn(dataDir)} cannot be read or made (${errorCode(error)}): check KEYWARD_DATA_DIR and its owner, or set KEYWARD_MASTER_KEY.`,
  );

/** `link` never overwrites: two processes that start together use one key, and a crash leaves no partial file. */
async function generate(dataDir: string, path: string): Promise<void> {
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await writeThrough(handle, `${randomBytes(KEY_BYTES).toString('base64')}\n`);
    await link(draft, path).catch((error: unknown) => {
      if (errorCode(error) !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(draft);
  }
  const directory = await open(dataDir, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

async function writeThrough(handle: FileHandle, text: string): Promise<void> {
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function errorCode(error: unknown): string {
  return (error as { code?: string }).code ?? 'unknown';
}
