import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, fchmodSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const LAST_LINES = 12;
const PROGRAM = fileURLToPath(new URL('../../main.ts', import.meta.url));

export const logPath = (dataDir: string): string => join(dataDir, 'keyward.log');

export interface Background {
  pid: number;
  /** How it ended; undefined: it runs. */
  ended(): string | undefined;
  /** The end of its own log, where the cause of death stands; nothing of servers before it. */
  lastLines(): string[];
}

/** Starts `keyward serve` detached from this process. Only its user can read its log file, which it rotates itself. */
export function startBackground(dataDir: string): Background {
  const path = logPath(dataDir);
  // For what it says before there is a log, and as it dies.
  const log = openLog(path);
  const startBytes = fstatSync(log).size;
  let child: ChildProcess;
  try {
    // With the flags of Node that the script `keyward` gave to this process.
    child = spawn(process.execPath, [...process.execArgv, PROGRAM, 'serve', '--log-file', path], {
      detached: true,
      stdio: ['ignore', 'ignore', log],
    });
  } finally {
    closeSync(log);
  }
  let end: string | undefined;
  child.on('error', (error) => (end = error.message));
  child.on('exit', (code, signal) => (end = signal === null ? `exit code ${code}` : `signal ${signal}`));
  child.unref();
  return { pid: child.pid ?? 0, ended: () => end, lastLines: () => linesAfter(path, startBytes) };
}

function openLog(path: string): number {
  const log = openSync(path, 'a', 0o600);
  fchmodSync(log, 0o600);
  return log;
}

/** @param startBytes where they begin; the file is shorter where it was rotated meanwhile */
function linesAfter(path: string, startBytes: number): string[] {
  try {
    const log = readFileSync(path);
    const text = log.subarray(log.length < startBytes ? 0 : startBytes).toString('utf8');
    return text.trimEnd().split('\n').slice(-LAST_LINES);
  } catch {
    return [];
  }
}
