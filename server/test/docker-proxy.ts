import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A proxy before the socket of an engine, as people run one: it lets through a few calls on named containers. */
export interface DockerProxy {
  /** Such as `tcp://127.0.0.1:40123`. */
  readonly address: string;
  /** Such as `GET /v1.41/containers/json`. */
  readonly refused: string[];
  /** Cuts all connections that carry a command. */
  cut(): void;
}

interface ProxyOptions {
  containers: readonly string[];
  /** Calls that are refused although the container is named, such as `POST …/start`. */
  refuses?: RegExp;
}

/** Closed when the test ends. */
export async function startDockerProxy(
  socketPath: string,
  { containers, refuses }: ProxyOptions,
): Promise<DockerProxy> {
  const execs = new Set<string>();
  const refused: string[] = [];
  const open = new Set<Duplex>();

  const isAllowed = ({ method = '', url = '' }: IncomingMessage): boolean => {
    const path = url.replace(/^\/v\d+\.\d+/, '').replace(/\?.*/, '');
    const [, container, what] = /^\/containers\/([^/]+)\/(json|exec)$/.exec(path) ?? [];
    const [, exec, step] = /^\/exec\/([0-9a-f]+)\/(start|json)$/.exec(path) ?? [];
    const isNamed =
      container !== undefined &&
      containers.includes(container) &&
      method === (what === 'json' ? 'GET' : 'POST');
    const isOwn = exec !== undefined && execs.has(exec) && method === (step === 'json' ? 'GET' : 'POST');
    const isRefused = refuses?.test(`${method} ${path}`) ?? false;
    const isGood = !isRefused && (path === '/_ping' || isNamed || isOwn);
    if (!isGood) refused.push(`${method} ${path}`);
    return isGood;
  };

  const server = createServer((incoming, outgoing) => {
    if (!isAllowed(incoming)) {
      outgoing.writeHead(403).end('refused by the proxy');
      return;
    }
    const { method, url: path, headers } = incoming;
    const onward = httpRequest({ socketPath, method, path, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const id =
          path?.endsWith('/exec') === true ? /"Id":"([0-9a-f]+)"/.exec(bytes.toString())?.[1] : undefined;
        if (id !== undefined) execs.add(id);
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(bytes);
      });
    });
    onward.on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('upgrade', (incoming, client: Duplex, head) => {
    if (!isAllowed(incoming)) {
      client.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    const engine = connect({ path: socketPath, allowHalfOpen: true });
    open.add(client);
    const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2)
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
    engine.write(`${lines.join('\r\n')}\r\n\r\n`);
    engine.write(head);
    client.pipe(engine).pipe(client);
    for (const one of [client, engine])
      one.on('error', () => [client, engine].forEach((each) => each.destroy()));
    client.on('close', () => engine.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = (): void => open.forEach((client) => client.destroy());
  onTestFinished(() => {
    cut();
    server.closeAllConnections();
    server.close();
  });
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, refused, cut };
}
