import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beganOf } from '../server/src/cli/server/pid-file.ts';
import { logOf, type Place, type Settings } from './settings.ts';
import { refuseInterrupted, StepError } from './steps.ts';

/*
 * The processes of v2 survive the terminal and the command that started them. A PID file names each by its pid and its
 * start time, so that no other process that has got the same pid is ever stopped.
 */

const LOG_MAX_BYTES = 10 * 1024 * 1024;
const LAST_LINES = 12;
const STOP_MAX_MS = 35_000;
const PORT_MAX_MS = 2_000;
const LOOK_MS = 50;

/**
 * The process writes its PID file itself, and then becomes the program: if the command that starts it is killed at any
 * moment, the next one still finds it.
 */
const LAUNCH =
  'umask 077; echo "$$ $(cut -d" " -f22 /proc/$$/stat) $1" >"$0.new" && mv "$0.new" "$0" && shift && exec "$@"';

export interface Program {
  place: Place;
  command: string[];
  folder: string;
  environment: NodeJS.ProcessEnv;
  /** Called before a start, and not if the program runs. */
  prepare?: () => void;
}

export interface Running {
  pid: number;
  url: string;
}

/** It is written at the start of the program. */
export const pidFile = ({ state }: Settings, name: Place['name']): string => join(state, `${name}.pid`);

/** undefined: it does not run. */
export async function findRunning(settings: Settings, name: Place['name']): Promise<Running | undefined> {
  const [pid = '', began, url = ''] = contentOf(pidFile(settings, name)).trim().split(' ');
  if (!/^\d+$/.test(pid) || (await beganOf(Number(pid))) !== began) return undefined;
  return { pid: Number(pid), url };
}

/** Starts the program unless it runs. @returns whether it was started now. @throws StepError */
export async function ensureRunning(settings: Settings, program: Program): Promise<boolean> {
  const { place } = program;
  const running = await findRunning(settings, place.name);
  if (running === undefined) {
    await refuseTakenPort(place);
    program.prepare?.();
    await launch(settings, program);
    return true;
  }
  if (running.url === place.url) return false;
  throw new StepError(`It runs at ${running.url}, and ${place.variable} asks for port ${place.port}.`, {
    next: `Run make v2-down first, or set ${place.variable} as before.`,
  });
}

/** A process that was killed may hold its port for a moment longer. */
async function refuseTakenPort({ port, variable }: Place): Promise<void> {
  const endMs = performance.now() + PORT_MAX_MS;
  let code = await listenError(port);
  while (code === 'EADDRINUSE' && performance.now() < endMs) {
    await sleep(LOOK_MS);
    code = await listenError(port);
  }
  if (code === undefined) return;
  const why = code === 'EADDRINUSE' ? 'is in use by another program' : `cannot be used (${code})`;
  throw new StepError(`Port ${port} of 127.0.0.1 ${why}.`, {
    next: `Stop that program, or set ${variable} to a free port.`,
  });
}

function listenError(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'unknown'));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(undefined)));
  });
}

async function launch(settings: Settings, { place, command, folder, environment }: Program): Promise<void> {
  const file = pidFile(settings, place.name);
  rmSync(file, { force: true });
  const log = openLog(logOf(settings, place.name));
  const child = spawn('sh', ['-c', LAUNCH, file, place.url, ...command], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  await once(child, 'spawn');
  child.unref();
  while ((await findRunning(settings, place.name)) === undefined) {
    if (child.exitCode !== null) throw deadError(settings, place.name);
    await sleep(LOOK_MS / 10);
  }
}

function openLog(path: string): number {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LOG_MAX_BYTES) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** Waits until `isReady`. @throws StepError when the process has ended, or after `timeoutMs` */
export async function untilReady(
  settings: Settings,
  name: Place['name'],
  isReady: () => Promise<boolean>,
  timeoutMs = 60_000,
): Promise<void> {
  for (const endMs = performance.now() + timeoutMs; !(await isReady()); await sleep(LOOK_MS)) {
    refuseInterrupted();
    if ((await findRunning(settings, name)) === undefined) throw deadError(settings, name);
    if (performance.now() > endMs)
      throw new StepError(`It has not answered within ${timeoutMs / 1000} s.`, {
        log: logOf(settings, name),
      });
  }
}

function deadError(settings: Settings, name: Place['name']): StepError {
  const log = logOf(settings, name);
  const lines = contentOf(log).trimEnd().split('\n').slice(-LAST_LINES);
  return new StepError(
    `It has ended. The last lines of its log:\n${lines.map((line) => `  | ${line}`).join('\n')}`,
    {
      log,
    },
  );
}

/** Ends it if it runs: SIGTERM, then SIGKILL. @returns whether it ran. */
export async function stop(settings: Settings, name: Place['name']): Promise<boolean> {
  const running = await findRunning(settings, name);
  const endMs = performance.now() + STOP_MAX_MS;
  if (running !== undefined) signal(running.pid, 'SIGTERM');
  while ((await findRunning(settings, name)) !== undefined) {
    await sleep(LOOK_MS);
    if (running !== undefined && performance.now() > endMs) signal(running.pid, 'SIGKILL');
  }
  rmSync(pidFile(settings, name), { force: true });
  return running !== undefined;
}

/** It may have ended in this moment. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Empty where the file does not exist. */
export function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
