import { createServer } from 'node:net';
import type { Config } from '../../config.ts';
import { fail, ok, warn, type Finding } from './finding.ts';
import { findProcess } from './pid-file.ts';
import { health, localClient, readiness } from './probe.ts';

/** Whether the server of this data directory answers, or its port is free. */
export async function portCheck(config: Config): Promise<Finding> {
  const running = await findProcess(config.dataDir);
  if (running === undefined) return freeCheck(config);
  const client = localClient(config, running.url);
  const [alive, state] = await Promise.all([health(client), readiness(client)]);
  if (alive === undefined)
    return fail(`Process ${running.pid} runs but does not answer.`, 'keyward down, then keyward up');
  if (state?.ready !== true)
    return warn(`${running.url} answers but is not ready.`, 'keyward status names the part');
  return ok(`${running.url} answers (Keyward ${alive.version}, process ${running.pid})`);
}

async function freeCheck({ host, port }: Config): Promise<Finding> {
  const code = await listenError(host, port);
  if (code === undefined) return ok(`${host}:${port} is free`);
  if (code === 'EADDRINUSE')
    return fail(`Port ${port} of ${host} is in use by another program.`, 'stop it, or set KEYWARD_PORT');
  if (code === 'EACCES') return fail(`This user may not open port ${port}.`, 'set KEYWARD_PORT above 1023');
  return fail(
    `${host}:${port} cannot be used for listening (${code}).`,
    'set KEYWARD_HOST to an address of this machine',
  );
}

function listenError(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'failed'));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}
