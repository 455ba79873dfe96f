import { freePorts } from '../../test/traffic/free-ports.ts';
import { NGINX, startNginx, startSmallProxy } from '../../test/traffic/reverse-proxy.ts';
import { startLoad, type Load } from '../../test/traffic/load.ts';
import { startServerProcess, type ServerProcess } from '../../test/server-processes.ts';

export const PROXY_NAME = NGINX === undefined ? 'a small proxy' : 'nginx';

export interface Nodes {
  environment: Record<string, string>;
  key: string;
}

const CLIENTS = 24;

/** Verifications of a key: requests that neither a client nor a proxy may send twice by itself. */
export const verifications = (url: string, key: string): Load =>
  startLoad(url, {
    clients: CLIENTS,
    path: '/v1/keys/verify',
    headers: { authorization: `Bearer ${key}` },
    body: { key },
  });

/**
 * Two nodes on one database behind a proxy, under load.
 * @param restarts of a node; they take turns.
 * @returns what the clients of the proxy saw.
 */
export async function rollingRestart({ environment, key }: Nodes, restarts: number): Promise<Load> {
  const ports = await freePorts(2);
  const start = (port: number): Promise<ServerProcess> =>
    startServerProcess({ ...environment, KEYWARD_PORT: String(port), KEYWARD_DRAIN_SECONDS: '1' });
  const nodes = await Promise.all(ports.map(start));
  const proxy = NGINX === undefined ? await startSmallProxy(ports) : await startNginx(NGINX, ports);
  const load = verifications(proxy.url, key);
  try {
    for (let restart = 0; restart < restarts; restart++) {
      const place = restart % 2;
      nodes[place]?.child.kill('SIGTERM');
      const code = await nodes[place]?.ended;
      if (code !== 0) throw new Error(`a node ended with ${code}`);
      nodes[place] = await start(ports[place] ?? 0);
    }
    return load;
  } finally {
    await load.stop();
    await proxy.stop();
    for (const { child } of nodes) child.kill('SIGTERM');
    await Promise.all(nodes.map(({ ended }) => ended));
  }
}
