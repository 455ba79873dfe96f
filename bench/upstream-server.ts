import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// A model that answers at once, so that only the way to it and back is measured.
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

const DIMENSIONS = 384;

/** A random vector that depends on the text alone. */
function vectorOf(text: string): Float32Array {
  let seed = 7;
  for (let at = 0; at < text.length; at++) seed = (seed * 31 + text.charCodeAt(at)) >>> 0;
  return Float32Array.from({ length: DIMENSIONS }, () => {
    seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
    return seed / 2 ** 31 - 1;
  });
}

function embeddings(body: Buffer): Buffer {
  const { input } = JSON.parse(body.toString()) as { input: string | string[] };
  const data = [input].flat().map((text, index) => {
    const embedding = Buffer.from(vectorOf(text).buffer).toString('base64');
    return { object: 'embedding', index, embedding };
  });
  const usage = { prompt_tokens: 10, total_tokens: 10 };
  return Buffer.from(JSON.stringify({ object: 'list', data, model: 'bench-embedding', usage }));
}

const usageEvent = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 20, completion_tokens: 1, total_tokens: 21 } })}\n\n`;

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url?.endsWith('/embeddings') === true) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(embeddings(Buffer.concat(chunks)));
      return;
    }
    if (request.method === 'POST' && Buffer.concat(chunks).includes('"stream":true')) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(event({ role: 'assistant', content: '' }));
      setTimeout(() => response.end(`${event({ content: 'Hello' })}${usageEvent}data: [DONE]\n\n`), 2);
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
