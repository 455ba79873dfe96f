import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// The baseline: reads the body, answers with as many bytes as the subject does, and does nothing else.
const answer = Buffer.from(
  JSON.stringify({ filler: '.'.repeat(Math.max(0, Number(process.argv[2] ?? 300) - 13)) }),
);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': answer.length,
    });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
