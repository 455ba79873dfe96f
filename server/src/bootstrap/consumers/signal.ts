import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isAlive } from '../../base/process-alive.ts';
import type { ConsumerSpec } from './consumer-spec.ts';

type SignalSpec = NonNullable<ConsumerSpec['signal']>;

/** A process that does not run needs no signal: it reads the value when it starts. @returns the problem */
export async function sendSignal(
  { pid_file, signal = 'HUP' }: SignalSpec,
  folder: string,
): Promise<string | undefined> {
  const content = await readFile(resolve(folder, pid_file), 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : Promise.reject(error),
  );
  if (content === undefined) return undefined;
  const pid = Number(content.trim());
  if (!Number.isSafeInteger(pid) || pid < 2) return `${pid_file} must hold the number of a process`;
  if (!isAlive(pid)) return undefined;
  try {
    process.kill(pid, `SIG${signal}`);
    return undefined;
  } catch (error) {
    return `process ${pid} of ${pid_file} cannot be signalled (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}
