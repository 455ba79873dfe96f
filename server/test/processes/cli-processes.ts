import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { NODE_ARGUMENTS } from './node-arguments.ts';

/** One command line. */
export interface Order {
  args: string[];
  env: Record<string, string>;
  cwd: string;
  stdin: string;
  /** Written to stdout and stderr after the command. */
  end: string;
}

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

const SCRIPT = fileURLToPath(new URL('cli-process.ts', import.meta.url));

/** Commands at a time; what another one waits for must be among them. */
const PROCESSES_MAX = 3;

/** Of this process, whichever file of tests runs. */
interface Pool {
  idle: ChildProcess[];
  waiting: ((child: ChildProcess) => void)[];
  count: number;
}
const POOL = Symbol.for('keyward.test.cli-processes');
const kept = globalThis as unknown as Record<symbol, Pool | undefined>;

/**
 * Runs one command of `keyward` in a process that goes on to the next, which costs a tenth of a new one. For what is said
 * about a process itself (signals, a terminal, its arguments, its memory), start `./keyward`.
 */
export async function runCommand(order: Omit<Order, 'end'>): Promise<Ended> {
  const child = await take();
  const end = `\n${randomUUID()}\n`;
  const outputs = [child.stdout, child.stderr].map((stream) => until(end, stream));
  const code = once(child, 'message').then(([value]) => value as number);
  const isBroken = new AbortController();
  const broken = once(child, 'exit', { signal: isBroken.signal }).then(() => {
    throw new Error(`keyward ${order.args.join(' ')} has ended the process that runs commands`);
  });
  child.send({ ...order, end });
  const [stdout, stderr] = (await Promise.race([Promise.all(outputs), broken])) as [string, string];
  const ended = { code: await code, stdout, stderr };
  isBroken.abort();
  await broken.catch(() => undefined);
  giveBack(child);
  return ended;
}

const pool = (): Pool => (kept[POOL] ??= { idle: [], waiting: [], count: 0 });

function take(): ChildProcess | Promise<ChildProcess> {
  const { idle, waiting, count } = pool();
  const child = idle.pop();
  if (child !== undefined) return child;
  if (count >= PROCESSES_MAX) return new Promise((resolve) => waiting.push(resolve));
  pool().count += 1;
  return start();
}

function giveBack(child: ChildProcess): void {
  const next = pool().waiting.shift();
  if (next === undefined) pool().idle.push(child);
  else next(child);
}

function start(): ChildProcess {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, SCRIPT], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  // The process of the tests ends without waiting for it, and it ends then.
  child.unref();
  child.channel?.unref();
  return child;
}

/** What is written before `end`. Node may write warnings of its own at any time, also behind it. */
function until(end: string, stream: ChildProcess['stdout']): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const read = (chunk: string): void => {
      text += chunk;
      const length = text.indexOf(end);
      if (length === -1) return;
      stream?.off('data', read);
      resolve(text.slice(0, length));
    };
    stream?.setEncoding('utf8').on('data', read);
  });
}
