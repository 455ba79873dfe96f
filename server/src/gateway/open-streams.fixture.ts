import { onTestFinished } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import type { TestServer } from '../../test/server.ts';
import { startTestUpstream } from '../../test/upstream.ts';
import type { Behaviour } from '../../test/upstream.ts';

const EVERY_MS = 5;

/** What one caller has seen of its stream; times of this process, in ms. */
interface Stream {
  id: string;
  secret: string;
  /** When the upstream sent the last chunk that came here. */
  lastSentMs: number;
  text: string;
  ended: Promise<void>;
}

export interface Round {
  stream: Stream;
  /** When the revocation was acknowledged. */
  acknowledgedMs: number;
  tookMs: number;
  requestsEnded: number;
}

interface Revoked {
  acknowledged: { requests_ended: number; waited_ms: number };
}

/** Each chunk says when it was sent. */
const numbered: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => {
    const delta = { content: `sent:${performance.now()};` };
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
  }, EVERY_MS);
  response.once('close', () => clearInterval(timer));
};

async function openStream(url: string, key: { id: string; secret: string }): Promise<Stream> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', stream: true, messages: [] }),
  });
  if (response.body === null || response.status !== 200) throw new Error(`no stream: ${response.status}`);
  const stream: Stream = { ...key, lastSentMs: 0, text: '', ended: Promise.resolve() };
  const decoder = new TextDecoder();
  const { body } = response;
  const { promise: first, resolve: begun } = Promise.withResolvers<void>();
  stream.ended = (async () => {
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      const text = decoder.decode(bytes, { stream: true });
      for (const [, sent = '0'] of text.matchAll(/sent:([\d.]+);/g))
        stream.lastSentMs = Math.max(stream.lastSentMs, Number(sent));
      stream.text = (stream.text + text).slice(-500);
      begun();
    }
  })();
  await Promise.race([first, stream.ended]);
  return stream;
}

/**
 * Opens a stream of a key of its own for each, half of them on a second process, and revokes one key after the other, on
 * the one process and the other in turn.
 */
export async function revokeStreams(server: TestServer, streams: number): Promise<Round[]> {
  const upstream = await startTestUpstream();
  onTestFinished(() => upstream.close());
  upstream.answer(numbered);
  await server.request('POST', '/v1/upstreams', { body: { name: 'numbers', base_url: upstream.baseUrl } });
  const other = await startServerProcess(server.environment);
  const urls = [server.url, other.url];
  const opened: Stream[] = [];
  for (let i = 0; i < streams; i++) {
    const key = await server.mint({ scopes: ['models:use'] });
    opened.push(await openStream(urls[i % 2] ?? '', key));
  }
  const rounds: Round[] = [];
  for (const [i, stream] of opened.entries()) {
    const url = urls[Math.floor(i / 2) % 2] ?? '';
    const startedMs = performance.now();
    const answer = await fetch(`${url}/v1/keys/${stream.id}/revoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    const acknowledgedMs = performance.now();
    const { acknowledged } = (await answer.json()) as Revoked;
    const requestsEnded = acknowledged.requests_ended;
    rounds.push({ stream, acknowledgedMs, tookMs: acknowledgedMs - startedMs, requestsEnded });
  }
  await Promise.all(opened.map(({ ended }) => ended));
  return rounds;
}

/** How many requests the usage report counts for each key. */
export async function countedRequests(server: TestServer, rounds: readonly Round[]): Promise<number[]> {
  const counted: number[] = [];
  for (const { stream } of rounds) {
    const { body } = await server.request<{ items: { requests: number }[] }>(
      'GET',
      `/v1/keys/${stream.id}/usage`,
    );
    counted.push(body.items.reduce((sum, { requests }) => sum + requests, 0));
  }
  return counted;
}
