import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-ports.ts';

/** Something in front of several servers. */
export interface ReverseProxy {
  readonly url: string;
  stop(): Promise<void>;
}

const KEPT_CONNECTIONS = 32;

export const NGINX = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx'].find(isProgram);

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * As docs/operations.md has it: connections to the servers are kept, and another server is asked where one refuses. After one
 * refusal nginx would leave a server out for 10 s, also once it is back.
 */
export async function startNginx(program: string, ports: readonly number[]): Promise<ReverseProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'keyward-nginx-'));
  const port = await freePort();
  const isRoot = process.getuid?.() === 0;
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${isRoot ? 'user root;' : ''}
daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http {
  access_log off;
  ${places.map((place) => `${place}_temp_path ${folder}/${place};`).join(' ')}
  upstream keyward {
    ${ports.map((each) => `server 127.0.0.1:${each} max_fails=0;`).join(' ')}
    keepalive ${KEPT_CONNECTIONS};
  }
  server {
    listen 127.0.0.1:${port};
    keepalive_requests 1000000;
    location / { proxy_pass http://keyward; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`,
  );
  const child = spawn(program, ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], {
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  await untilListening(port);
  return {
    url: `http://127.0.0.1:${port}`,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilListening(port: number): Promise<void> {
  for (const endMs = performance.now() + 10_000; ; await sleep(20)) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (performance.now() > endMs) throw error;
    } finally {
      socket.destroy();
    }
  }
}

const withoutConnection = (headers: IncomingHttpHeaders): IncomingHttpHeaders =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => name !== 'connection' && name !== 'keep-alive'),
  );

/**
 * Stands for nginx where it is not installed: kept connections, each server in turn, and the other one only where a server has
 * refused the connection. What else goes wrong is 502.
 */
export async function startSmallProxy(ports: readonly number[]): Promise<ReverseProxy> {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: KEPT_CONNECTIONS });
  let turn = 0;
  const pass = (
    body: Buffer,
    left: readonly number[],
    { from, to }: { from: IncomingMessage; to: ServerResponse },
  ): void => {
    const [port, ...others] = left;
    const { method, url, headers } = from;
    const options = {
      port,
      host: '127.0.0.1',
      method,
      path: url,
      headers: withoutConnection(headers),
      agent,
    };
    const onward = request(options);
    onward.on('response', (answer) => {
      to.writeHead(answer.statusCode ?? 502, withoutConnection(answer.headers));
      answer.on('error', () => to.destroy()).pipe(to);
    });
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && others.length > 0) return pass(body, others, { from, to });
      if (!to.headersSent) to.writeHead(502).end(error.code);
    });
    onward.end(body);
  };
  const server = createServer((from, to) => {
    const chunks: Buffer[] = [];
    from.on('data', (chunk: Buffer) => chunks.push(chunk));
    from.on('end', () => {
      const first = turn++ % ports.length;
      pass(Buffer.concat(chunks), [...ports.slice(first), ...ports.slice(0, first)], { from, to });
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}
