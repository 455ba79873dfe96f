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

/** Of this process, whichever file of tests runs: each that has nothing to do. */
const IDLE = Symbol.for('keyward.test.cli-processes');
const kept = globalThis as unknown as Record<symbol, ChildProcess[] | undefined>;

/**
 * Runs one command of `keyward` in a process that goes on to the next, which costs a tenth of a new one. For what is said
 * about a process itself (signals, a terminal, its arguments, its memory), start `./keyward`.
 */
export async function runCommand(order: Omit<Order, 'end'>): Promise<Ended> {
  const idle = (kept[IDLE] ??= []);
  const child = idle.pop() ?? start();
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
  idle.push(child);
  return ended;
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

/** What is written before `end`. */
function until(end: string, stream: ChildProcess['stdout']): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const read = (chunk: string): void => {
      text += chunk;
      if (!text.endsWith(end)) return;
      stream?.off('data', read);
      resolve(text.slice(0, -end.length));
    };
    stream?.setEncoding('utf8').on('data', read);
  });
}
