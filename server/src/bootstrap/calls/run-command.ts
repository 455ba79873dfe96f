import { spawn, type ChildProcess } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const OUTPUT_MAX_BYTES = 1024 * 1024;
/** For a process in the background that keeps the output open. */
const LINGER_MS = 500;

export interface CommandOptions {
  /** It has these variables and no others. */
  env: Readonly<Record<string, string>>;
  folder: string;
  timeoutMs: number;
  /** @default nothing */
  stdin?: string;
  /** @default true; false: it is not read, and what the program leaves in the background may go on writing */
  isOutputRead?: boolean;
}

/** - `missing`: nothing was started. `late`, `long`: it was ended, and its outcome is not known. */
export type Ended =
  | { how: 'exit'; code: number; stdout: string; stderr: string }
  | { how: 'missing' | 'signal'; reason: string }
  | { how: 'late' | 'long' };

/** A command gets no variable but these: others may hold secrets. */
export function passedOn(variables: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => (variables[name] === undefined ? [] : [[name, variables[name]]])),
  );
}

/** Runs a program without a shell. With its children it is ended after its time, or with too much output. */
export function runCommand(
  [program = '', ...args]: readonly string[],
  { env, folder, timeoutMs, stdin = '', isOutputRead = true }: CommandOptions,
): Promise<Ended> {
  return new Promise((done) => {
    const child = started(program, args, { folder, env, isOutputRead });
    if (child === undefined) return done({ how: 'missing', reason: 'a null byte in a variable' });
    const output = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
    let bytes = 0;
    const timers: NodeJS.Timeout[] = [];
    const finish = (ended: Ended): void => {
      for (const timer of timers) clearTimeout(timer);
      child.stdout?.destroy();
      child.stderr?.destroy();
      done(ended);
    };
    const end = (how: 'late' | 'long'): void => {
      if (child.pid !== undefined) endGroup(child.pid);
      finish({ how });
    };
    for (const name of ['stdout', 'stderr'] as const)
      child[name]?.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > OUTPUT_MAX_BYTES) end('long');
        else output[name].push(chunk);
      });
    const exited = (code: number | null, signal: NodeJS.Signals | null): void =>
      finish(
        code === null
          ? { how: 'signal', reason: signal ?? 'a signal' }
          : { how: 'exit', code, stdout: textOf(output.stdout), stderr: textOf(output.stderr) },
      );
    child.on('error', (error: NodeJS.ErrnoException) =>
      finish({ how: 'missing', reason: error.code ?? 'unknown' }),
    );
    child.on('exit', (code, signal) => void timers.push(setTimeout(exited, LINGER_MS, code, signal)));
    child.on('close', exited);
    timers.push(setTimeout(end, timeoutMs, 'late'));
    // A program that does not read its stdin ends before it is written.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(stdin);
  });
}

/** In a group of its own, so that its children end with it. undefined: Node's error would quote the variable. */
function started(
  program: string,
  args: readonly string[],
  { folder, env, isOutputRead }: Pick<CommandOptions, 'folder' | 'env'> & { isOutputRead: boolean },
): ChildProcess | undefined {
  const output = isOutputRead ? 'pipe' : 'ignore';
  try {
    return spawn(program, args, {
      cwd: folder,
      env: { ...env },
      detached: true,
      stdio: ['pipe', output, output],
    });
  } catch {
    return undefined;
  }
}

/** Whether a program can be found and started, as `runCommand` does it. */
export async function isProgram(program: string, folder: string, path = ''): Promise<boolean> {
  const places = program.includes('/')
    ? [resolve(folder, program)]
    : path.split(':').map((directory) => join(directory, program));
  for (const place of places)
    if (
      await access(place, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return true;
  return false;
}

function endGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

const textOf = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('utf8');
