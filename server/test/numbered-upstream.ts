/**
 * A worker: an upstream that sends each stream a chunk every 5 ms, which says when it was sent. Apart from the test and
 * from those who read, so that nobody waits for a processor that the harness takes.
 */
import type { ServerResponse } from 'node:http';
import { parentPort } from 'node:worker_threads';
import { startTestUpstream } from './upstream.ts';
import { nowMs } from './stream-readers.ts';

const EVERY_MS = 5;

const open = new Set<ServerResponse>();
const upstream = await startTestUpstream();
upstream.answer((response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.once('close', () => open.delete(response));
  open.add(response);
});
setInterval(() => {
  for (const response of open) {
    const delta = { content: `sent:${nowMs().toFixed(3)};` };
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
  }
}, EVERY_MS);
parentPort?.postMessage(upstream.baseUrl);
