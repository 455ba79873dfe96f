import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterwards, machineEnvironment, REPOSITORY } from './server.ts';

/** `node wrapper/src/main.ts` in a process of its own. */
export interface WrapperProcess {
  url: string;
  /** What it has written, to both streams. */
  output(): string;
  /** As an operator does. @returns the exit code */
  stop(): Promise<number | null>;
}

/** Until the end of the file. */
export async function startWrapper(environment: Record<string, string>): Promise<WrapperProcess> {
  const main = join(REPOSITORY, 'wrapper/src/main.ts');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, main], {
    env: { ...machineEnvironment(), WRAPPER_PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const [, url] = /listens on (http:\S+)/.exec(output) ?? [];
      if (url !== undefined) resolve(url);
    });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const stop = (): Promise<number | null> => {
    child.kill('SIGTERM');
    return ended;
  };
  afterwards(stop);
  const url = await Promise.race([listening, ended]);
  if (typeof url !== 'string') throw new Error(`The wrapper did not start: ${output}`);
  return { url, output: () => output, stop };
}
