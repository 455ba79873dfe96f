import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

// The baseline: node:http in front of node:http, with kept-alive connections and bytes piped in both directions.
const upstream = new URL(process.argv[2] ?? '');
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

const server = createServer((request, response) => {
  const { host, port } = { host: upstream.hostname, port: upstream.port };
  const headers = { ...request.headers, host: upstream.host };
  const onward = send({ host, port, agent, method: request.method, path: request.url, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', () => response.destroy());
  request.pipe(onward);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
