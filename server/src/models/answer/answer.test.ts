import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { chatAnswer, chatEvents, cutOff, huge, json, stream, USAGE } from '../../../test/upstream.ts';
import type { UsageReport } from '../index.ts';
import { chatRequest, openOne } from '../models.fixture.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server as the gateway is one: it sends each answer to its response. */
async function openGateway(streaming: boolean, afterMs = 0) {
  const opened = await openOne({ models: ['gpt-test'] });
  const reports: UsageReport[] = [];
  server = createServer((_request, response) => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const more = { signal: gone.signal, onUsage: (report: UsageReport) => reports.push(report) };
    void (async () => {
      const answer = await opened.models.forward(chatRequest(streaming ? { stream: true } : {}, more));
      await sleep(afterMs);
      await answer.sendTo(response);
    })();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = async (): Promise<IncomingMessage> => {
    const call = request({ port, host: '127.0.0.1', agent: false }).end();
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return response;
  };
  return { ...opened, reports, ask };
}

const textOf = async (response: IncomingMessage): Promise<string> => {
  const chunks = (await response.toArray()) as Buffer[];
  return Buffer.concat(chunks).toString();
};

describe('an answer sent to an HTTP response', () => {
  test.for([0, 50])(
    'An answer arrives whole, with status, headers and length, after waiting %i ms',
    async (afterMs) => {
      const { upstream, ask, reports } = await openGateway(false, afterMs);
      const body = JSON.stringify(chatAnswer());
      upstream.answer(
        json(chatAnswer(), 201, {
          'openai-processing-ms': '7',
          'content-length': String(Buffer.byteLength(body)),
        }),
      );
      const response = await ask();
      expect(response.statusCode).toBe(201);
      expect(response.headers).toMatchObject({
        'openai-processing-ms': '7',
        'content-length': String(Buffer.byteLength(body)),
      });
      expect(await textOf(response)).toBe(body);
      expect(reports).toMatchObject([{ outcome: 'ok', tokensIn: 11 }]);
    },
  );

  test('A stream that waited for its reader arrives whole, without its usage chunk', async () => {
    const { upstream, ask } = await openGateway(true, 50);
    const whole = chatEvents({ usage: USAGE });
    upstream.answer(stream([whole.subarray(0, 100), whole.subarray(100)]));
    const text = await textOf(await ask());
    expect(text.startsWith('data: {"id"')).toBe(true);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(text).not.toContain('"total_tokens":18');
  });

  test('The head of a stream is sent before its first event', async () => {
    const { upstream, ask } = await openGateway(true);
    upstream.answer(stream([], { end: 'hang' }));
    expect((await ask()).headers['content-type']).toContain('text/event-stream');
  });

  test('An answer that breaks off cuts the connection, and a stream ends with an error event', async () => {
    const cut = await openGateway(false, 50);
    cut.upstream.answer(cutOff(chatAnswer()));
    await expect(cut.ask().then(textOf)).rejects.toMatchObject({ code: 'ECONNRESET' });
    await expect.poll(() => cut.reports).toMatchObject([{ outcome: 'upstream_error' }]);
    server?.close();
    const broken = await openGateway(true);
    broken.upstream.answer(stream([Buffer.from('data: 1\n\n')], { end: 'reset', pauseMs: 20 }));
    const text = await textOf(await broken.ask());
    expect(text.startsWith('data: 1\n\ndata: {"error":')).toBe(true);
    expect(text).not.toContain('[DONE]');
  });

  test('A caller that hangs up ends the request at the upstream, which is settled once', async () => {
    const { upstream, ask, reports } = await openGateway(true);
    upstream.answer(stream([Buffer.from('data: 1\n\n')], { end: 'hang' }));
    const response = await ask();
    await once(response, 'data');
    response.destroy();
    await upstream.received.at(-1)?.aborted;
    while (reports.length === 0) await sleep(5);
    expect(reports).toMatchObject([{ outcome: 'client_gone' }]);
  });

  test('A caller that reads slowly pauses the upstream', async () => {
    const { upstream, ask } = await openGateway(true);
    let writtenBytes = 0;
    upstream.answer(huge(1_000_000_000, (bytes) => (writtenBytes = bytes)));
    const response = await ask();
    await once(response, 'data');
    response.pause();
    await sleep(500);
    const held = writtenBytes;
    expect(held).toBeLessThan(30_000_000);
    await sleep(200);
    expect(writtenBytes).toBe(held);
    response.destroy();
    await upstream.received.at(-1)?.aborted;
  });
});
