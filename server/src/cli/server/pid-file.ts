import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The server of a data directory, as it wrote itself down. */
export interface PidFile {
  pid: number;
  /** When the process began, in words of the system: with the pid it names one process, also after pids were used again. */
  began: string;
  url: string;
  version: string;
  started_at: string;
}

const pathOf = (dataDir: string): string => join(dataDir, 'keyward.pid');

/** The server of this data directory that lives, or undefined. A file left by one that died counts as none. */
export async function findProcess(dataDir: string): Promise<PidFile | undefined> {
  const known = await readPidFile(dataDir);
  if (known === undefined) return undefined;
  return (await beganOf(known.pid)) === known.began ? known : undefined;
}

async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  try {
    const known = JSON.parse(await readFile(pathOf(dataDir), 'utf8')) as Partial<PidFile>;
    const isWhole =
      Number.isSafeInteger(known.pid) && typeof known.began === 'string' && typeof known.url === 'string';
    return isWhole ? (known as PidFile) : undefined;
  } catch {
    return undefined;
  }
}

/** Writes this process down, unless another one that lives stands there: further nodes are nobody's to stop. */
export async function writePidFile(dataDir: string, url: string, version: string): Promise<void> {
  if ((await findProcess(dataDir)) !== undefined) return;
  const { pid } = process;
  const began = (await beganOf(pid)) ?? '';
  const text = JSON.stringify({
    pid,
    began,
    url,
    version,
    started_at: new Date().toISOString(),
  } satisfies PidFile);
  const draft = `${pathOf(dataDir)}.${pid}`;
  await writeFile(draft, `${text}\n`, { mode: 0o600 });
  await rename(draft, pathOf(dataDir));
}

/** Removes the file when it is about this process. */
export async function removePidFile(dataDir: string, pid: number): Promise<void> {
  if ((await readPidFile(dataDir))?.pid === pid) await rm(pathOf(dataDir), { force: true });
}

/** When a process began; undefined when there is none. */
export async function beganOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The name in the second field may hold anything; the state and the rest follow its last bracket.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return fields[0] === 'Z' ? undefined : fields[19];
    } catch {
      return undefined;
    }
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() === '' ? undefined : stdout.trim();
  } catch {
    return undefined;
  }
}
