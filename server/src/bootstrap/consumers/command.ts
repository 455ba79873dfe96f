import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Surroundings } from '../secrets.ts';

const TIMEOUT_MS = 60_000;
/** What a command gets of the environment: not the variables that hold values of keys. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

/** Its output is not read: it may hold anything. @returns the problem */
export async function runCommand(
  command: readonly string[],
  { surroundings: { folder, variables }, id }: { surroundings: Surroundings; id: string },
): Promise<string | undefined> {
  const [program = '', ...args] = command;
  const env = Object.fromEntries(PASSED_ON.map((name) => [name, variables[name]]));
  const child = spawn(program, args, {
    cwd: folder,
    env: { ...env, KEYWARD_KEY: id },
    stdio: 'ignore',
    timeout: TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return undefined;
    return `${program} ended with ${code === null ? `the signal ${signal ?? ''}` : `exit code ${code}`}`;
  } catch (error) {
    return `${program} cannot be started (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`;
  }
}
