import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { NODE_ARGUMENTS } from './processes/node-arguments.ts';

const SCRIPT = fileURLToPath(new URL('server-process.ts', import.meta.url));

/** A server in a process of its own; killed when the test ends. */
export interface ServerProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly adminKey: string;
  /** Status of a request with a key. */
  status(method: string, path: string, key: string): Promise<number>;
  /** Resolves with its exit code when it has ended. */
  ended: Promise<number | null>;
}

/** What the machine has, and where compiled code is kept. */
const inherited = (): Record<string, string | undefined> => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  return { PATH, NODE_COMPILE_CACHE };
};

/** @param environment as of `TestServer.environment`, to share its database. */
export async function startServerProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, SCRIPT], {
    env: { ...inherited(), ...environment, KEYWARD_LOG_LEVEL: 'silent' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const [url = '', adminKey = ''] = line.split(' ');
  const status = async (method: string, path: string, key: string): Promise<number> => {
    const answer = await fetch(url + path, { method, headers: { authorization: `Bearer ${key}` } });
    await answer.arrayBuffer();
    return answer.status;
  };
  return { child, url, adminKey, status, ended };
}
