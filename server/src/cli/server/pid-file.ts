import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** The server of a data directory. */
export interface PidFile {
  pid: number;
  /** Start time in the form of the system. With the pid it names one process, even after the pid was reused. */
  began: string;
  url: string;
  version: string;
  /** Of its code; missing in files of older versions. */
  commit?: string | null;
  started_at: string;
}

const pathOf = (dataDir: string): string => join(dataDir, 'keyward.pid');

/** The running server of this data directory. A file that a dead process left is ignored. */
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

/** Does nothing if the file names another running server: `down` stops only the first node. */
export async function writePidFile(
  dataDir: string,
  { url, version, commit }: Pick<PidFile, 'url' | 'version' | 'commit'>,
): Promise<void> {
  if ((await findProcess(dataDir)) !== undefined) return;
  const { pid } = process;
  const began = (await beganOf(pid)) ?? '';
  const text = JSON.stringify({
    pid,
    began,
    url,
    version,
    commit: commit ?? null,
    started_at: new Date().toISOString(),
  } satisfies PidFile);
  const draft = `${pathOf(dataDir)}.${pid}`;
  await writeFile(draft, `${text}\n`, { mode: 0o600 });
  await rename(draft, pathOf(dataDir));
}

/** Removes the file if it names this process. */
export async function removePidFile(dataDir: string, pid: number): Promise<void> {
  if ((await readPidFile(dataDir))?.pid === pid) await rm(pathOf(dataDir), { force: true });
}

/** Start time of a process; undefined: there is no such process. */
export async function beganOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    try {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      // The second field, the name in brackets, may contain spaces and brackets.
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
