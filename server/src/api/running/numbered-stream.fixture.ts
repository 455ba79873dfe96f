import type { Behaviour } from '../../../test/upstream.ts';

const EVERY_MS = 5;

/** What a caller has seen of its stream; times of this process, in ms. */
export interface NumberedStream {
  /** When the upstream sent the last chunk that came here. */
  lastSentMs: number;
  text: string;
  ended: Promise<void>;
}

/** An upstream whose chunks say when they were sent. */
export const numbered: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const timer = setInterval(() => {
    const delta = { content: `sent:${performance.now()};` };
    response.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`);
  }, EVERY_MS);
  response.once('close', () => clearInterval(timer));
};

/** A stream from such an upstream that has begun. */
export async function openStream(url: string, { secret }: { secret: string }): Promise<NumberedStream> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'gpt-test', stream: true, messages: [] }),
  });
  const { body } = response;
  if (body === null || response.status !== 200) throw new Error(`no stream: ${response.status}`);
  const stream: NumberedStream = { lastSentMs: 0, text: '', ended: Promise.resolve() };
  const decoder = new TextDecoder();
  const first = Promise.withResolvers<void>();
  stream.ended = (async () => {
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      const text = decoder.decode(bytes, { stream: true });
      for (const [, sent = '0'] of text.matchAll(/sent:([\d.]+);/g))
        stream.lastSentMs = Math.max(stream.lastSentMs, Number(sent));
      stream.text = (stream.text + text).slice(-500);
      first.resolve();
    }
  })();
  await Promise.race([first.promise, stream.ended]);
  return stream;
}
