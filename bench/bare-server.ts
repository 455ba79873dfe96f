import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// The baseline: a GET gets so many bytes; for a POST it reads the body, parses it and writes the answer as JSON.
const answer: unknown = JSON.parse(process.argv[2] ?? '{}');
const bytes = Buffer.from(JSON.stringify(answer));

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const isAsked = chunks.length > 0 && JSON.parse(Buffer.concat(chunks).toString()) !== null;
    const body = isAsked ? JSON.stringify(answer) : bytes;
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
    });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
