import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A TCP proxy in front of a server, which can stop answering without closing a connection. */
export interface StallingProxy {
  /** The URL of the server, with the address of the proxy. */
  readonly url: string;
  /** Nothing passes any more; connections stay open, and new ones are accepted. */
  stall(): void;
  close(): Promise<void>;
}

/** @param port to listen on. @default a free one */
export async function startStallingProxy(target: string, port = 0): Promise<StallingProxy> {
  const server = new URL(target);
  const sockets = new Set<Socket>();
  let isStalled = false;
  const proxy = createServer((client) => {
    const onward = connect(Number(server.port), server.hostname);
    for (const [from, to] of [
      [client, onward],
      [onward, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (bytes) => (isStalled ? undefined : to.write(bytes)));
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }).listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  const url = new URL(target);
  url.port = String((proxy.address() as AddressInfo).port);
  return {
    url: url.href,
    stall: () => void (isStalled = true),
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}
