import { expect, onTestFinished, test } from 'vitest';
import type { WorkerJob } from '@keyward/sdk';
import { startTestUpstream } from '../../../test/upstream.ts';
import { openUpstream } from './source.ts';
import { doJob } from './work.ts';

const PIECES = 150_000;
const TEXT = '12345678';

test('A worker passes a long answer on piece by piece without copying the whole text for each', async () => {
  const models = await startTestUpstream();
  onTestFinished(() => models.close());
  const event = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: TEXT } }] })}\n\n`;
  models.answer((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`${event.repeat(PIECES)}data: [DONE]\n\n`);
  });
  const source = openUpstream(models.baseUrl, undefined);
  onTestFinished(() => source.stop());
  const job: WorkerJob = {
    id: 'job_1',
    attempt: 1,
    type: 'inference',
    model: 'm',
    payload: { messages: [{ role: 'user', content: 'Go on.' }] },
    constraints: {},
    runTimeoutSeconds: 600,
  };
  const pieces: unknown[] = [];
  const { signal } = new AbortController();
  const result = await doJob({ upstream: source.upstream, models: ['m'] }, job, {
    signal,
    emit: async (piece) => void pieces.push(piece),
    progress: () => undefined,
  });
  expect([pieces.length, pieces.at(-1)]).toEqual([PIECES, { text: TEXT }]);
  expect(result).toEqual({ model: 'm', output: TEXT.repeat(PIECES) });
});
