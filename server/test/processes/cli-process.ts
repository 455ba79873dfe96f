/**
 * Runs command after command as `./keyward` would, without a new process for each: cli-processes.ts sends the words, the
 * environment, the folder and stdin of one. It ends with its parent.
 */
import { writeSync } from 'node:fs';
import { Readable } from 'node:stream';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { runCommandLine } from '../../src/cli/index.ts';
import type { Order } from './cli-processes.ts';

/** As the end of a process does. */
async function closeConnections(): Promise<void> {
  const dispatcher = getGlobalDispatcher();
  setGlobalDispatcher(new Agent());
  await dispatcher.destroy();
}

async function run({ args, env, cwd, stdin, end }: Order): Promise<number> {
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  const { stdout, stderr } = process;
  const interrupted = new AbortController().signal;
  const input = Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]);
  const code = await runCommandLine(args, { stdin: input, stdout, stderr, interrupted });
  await closeConnections();
  process.chdir('/');
  for (const stream of [stdout, stderr]) await new Promise((resolve) => stream.write('', resolve));
  for (const file of [1, 2]) writeSync(file, end);
  return code;
}

process.on('message', (order: Order) => void run(order).then((code) => process.send?.(code)));
process.on('disconnect', () => process.exit());
