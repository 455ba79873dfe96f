import { spawn } from 'node:child_process';

/** How a program ended. `status` is null when it was killed or could not be started. */
export interface ProgramEnd {
  readonly status: number | null;
  /** Last part of stdout and stderr together. */
  readonly output: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal;
}

const OUTPUT_LIMIT_CHARS = 64 * 1024;

/** Runs a program to its end, without a shell. Never throws: a missing program ends with status null. */
export function runProgram(command: readonly string[], options: ProgramOptions = {}): Promise<ProgramEnd> {
  const [file = '', ...args] = command;
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      signal: options.signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer): void => {
      output = (output + chunk.toString('utf8')).slice(-OUTPUT_LIMIT_CHARS);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => {
      // A killed process may still write files until `close`.
      if (child.pid === undefined) resolve({ status: null, output: output + String(error) });
    });
    child.on('close', (status) => resolve({ status, output }));
  });
}

async function firstThatRuns(
  candidates: readonly (readonly string[])[],
): Promise<readonly string[] | undefined> {
  for (const candidate of candidates) {
    const { status } = await runProgram([...candidate, '--version']);
    if (status === 0) return candidate;
  }
  return undefined;
}

/** The command for pip on this machine, or undefined without pip. */
export function findPip(): Promise<readonly string[] | undefined> {
  return firstThatRuns([['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']]);
}

/** The command for Python on this machine, or undefined without Python. */
export function findPython(): Promise<readonly string[] | undefined> {
  return firstThatRuns([['python3'], ['python']]);
}
