import { passedOn, runCommand } from '../calls/run-command.ts';
import type { Surroundings } from '../secrets.ts';

/** What a command gets of the environment: not the variables that hold values of keys. */
const PASSED_ON = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'XDG_RUNTIME_DIR', 'DBUS_SESSION_BUS_ADDRESS'];

/** Its output is not read: it may hold anything. @returns the problem */
export async function runForConsumer(
  command: readonly string[],
  {
    surroundings: { folder, variables },
    id,
    timeoutMs,
  }: { surroundings: Surroundings; id: string; timeoutMs: number },
): Promise<string | undefined> {
  const [program = ''] = command;
  const env = { ...passedOn(variables, PASSED_ON), KEYWARD_KEY: id };
  const ended = await runCommand(command, { env, folder, timeoutMs, isOutputRead: false });
  if (ended.how === 'exit')
    return ended.code === 0 ? undefined : `${program} ended with exit code ${ended.code}`;
  if (ended.how === 'missing') return `${program} cannot be started (${ended.reason})`;
  return ended.how === 'signal'
    ? `${program} ended with the signal ${ended.reason}`
    : `${program} did not end within ${Math.ceil(timeoutMs / 1000)} s`;
}
