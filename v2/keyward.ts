import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cleanEnvironment, REPOSITORY } from './settings.ts';

const TIMEOUT_MS = 180_000;

/** A command that ended with another exit code than 0. */
export interface FailedCommand extends Error {
  stdout?: string;
  stderr?: string;
}

/** Runs `keyward` in a folder, with no settings but the given ones. @returns its output. @throws FailedCommand */
export async function keyward(
  args: readonly string[],
  { folder, environment }: { folder: string; environment: Record<string, string> },
): Promise<string> {
  const options = { cwd: folder, env: cleanEnvironment(environment), timeout: TIMEOUT_MS };
  const { stdout } = await promisify(execFile)(join(REPOSITORY, 'keyward'), args, options);
  return stdout;
}
