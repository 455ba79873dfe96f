import { linkSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { beganOf } from '../server/src/cli/server/pid-file.ts';
import { contentOf } from './processes.ts';
import { StepError } from './steps.ts';

/** One command at a time changes what runs. A lock whose process has ended counts for nothing. @throws StepError */
export async function withLock<T>(state: string, work: () => Promise<T>): Promise<T> {
  const file = `${state}.lock`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const own = `${process.pid} ${(await beganOf(process.pid)) ?? ''}`;
  while (!isTaken(file, own)) {
    const [pid = '', began] = contentOf(file).split(' ');
    if (began !== undefined && (await beganOf(Number(pid))) === began)
      throw new StepError(`Another command is at work on ${state} (process ${pid}).`, {
        next: 'Wait for it, then run this again.',
      });
    rmSync(file, { force: true });
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

/** The lock appears with its content: an empty one would count as that of an ended process. */
function isTaken(file: string, own: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, own, { mode: 0o600 });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
