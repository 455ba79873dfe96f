import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A model that answers at once: what is measured is the way to it and back.
const answer = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'bench',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'word '.repeat(60) }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 20, completion_tokens: 60, total_tokens: 80 },
  }),
);
const event = (delta: object): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'bench', choices: [{ index: 0, delta }] })}\n\n`;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.method === 'POST' && Buffer.concat(chunks).includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event({ role: 'assistant', content: '' }));
      setTimeout(() => response.end(`${event({ content: 'Hello' })}data: [DONE]\n\n`), 2);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length });
    response.end(answer);
  });
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}` })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
