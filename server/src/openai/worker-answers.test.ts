import OpenAI from 'openai';
import { expect, test } from 'vitest';
import { describeOnServer } from '../../test/server.ts';
import { newOwnerKey, TestWorker } from '../api/jobs/jobs.fixture.ts';
import { misfits, type TypedValue } from './sdk-types.fixture.ts';

const model = 'm';
const messages = [{ role: 'user' as const, content: 'How are you?' }];
/** A worker need not report more. */
const USAGE = { prompt_tokens: 3 };

describeOnServer('sqlite', 'answers that are made of the output of a worker', (start) => {
  test('an answer made of a text or of vectors has each member that the types of the client require', async () => {
    const server = await start();
    const [owner, miner] = await Promise.all([
      newOwnerKey(server, 'client', { role: 'client' }),
      newOwnerKey(server, 'miner', { role: 'miner' }),
    ]);
    const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: owner.secret, maxRetries: 0 });
    const worker = new TestWorker(server, miner.secret, 'worker');
    await worker.register({ models: [model] });
    const values: TypedValue[] = [];
    const add = async (type: string, call: Promise<unknown>, result: object) => {
      const { job_id, lease_token } = await worker.take();
      await worker.post(`${job_id}/result`, { lease_token, result, metrics: {} });
      values.push([type, await call]);
    };
    const chat = () => client.chat.completions.create({ model, messages }).then((answer) => answer);
    const text = { output: 'Fine.' };
    await add('OpenAI.ChatCompletion', chat(), text);
    await add('OpenAI.ChatCompletion', chat(), { ...text, usage: USAGE });
    await add('OpenAI.Completion', client.completions.create({ model, prompt: 'Once' }), text);
    const embeddings = client.embeddings.create({ model, input: 'a', encoding_format: 'float' });
    await add('OpenAI.CreateEmbeddingResponse', embeddings, { output: [[1, 0]] });
    const stream = await client.chat.completions.create({
      model,
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const job = await worker.take();
    await worker.chunks(job, [{ text: 'Fine.' }]);
    const { job_id, lease_token } = job;
    await worker.post(`${job_id}/result`, { lease_token, result: { ...text, usage: USAGE }, metrics: {} });
    for await (const chunk of stream) values.push(['OpenAI.ChatCompletionChunk', chunk]);
    expect(values.length).toBeGreaterThan(6);
    expect(await misfits(values)).toEqual([]);
  });

  test.for([false, true])(
    'a worker cannot count more tokens than passed through the server (streamed: %s)',
    async (isStreamed) => {
      const server = await start();
      const budgets = [{ name: 't', unit: 'tokens', amount: '1000000', period: 'day' }];
      const owner = await newOwnerKey(server, 'client', { role: 'client', budgets });
      const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
      const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: owner.secret, maxRetries: 0 });
      const worker = new TestWorker(server, miner.secret, 'worker');
      await worker.register({ models: [model] });
      const request = { model, messages, max_tokens: 50, stream: isStreamed };
      const usage = { prompt_tokens: 1e12, completion_tokens: 1e12, total_tokens: 2e12 };
      const asked = client.chat.completions.create(request);
      const { job_id, lease_token } = await worker.take();
      await worker.post(`${job_id}/result`, { lease_token, result: { output: 'Fine.', usage } });
      const answer = await asked;
      if (Symbol.asyncIterator in answer) for await (const _ of answer);
      const used = async (): Promise<number> => {
        const { body } = await server.request<{ budgets: { used: string; reserved: string }[] }>(
          'GET',
          `/v1/keys/${owner.id}`,
        );
        return Number(body.budgets[0]?.used);
      };
      await expect.poll(used).toBeGreaterThan(0);
      await expect.poll(used).toBeLessThan(5_000);
    },
  );

  test('vectors of a worker are written as the request asks, also where the worker knows only numbers', async () => {
    const server = await start();
    const owner = await newOwnerKey(server, 'client', { role: 'client' });
    const miner = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, miner.secret, 'worker');
    await worker.register({ models: [model] });
    const numbers = [0.5, -0.25];
    const text = Buffer.from(new Float32Array(numbers).buffer).toString('base64');
    const answer = { object: 'list', data: [{ object: 'embedding', index: 0, embedding: numbers }], model };
    const asked = async (encoding_format: string, result: object): Promise<unknown> => {
      const body = { model, input: 'a', encoding_format };
      const call = server.request<typeof answer>('POST', '/v1/embeddings', { key: owner.secret, body });
      const { job_id, lease_token } = await worker.take();
      await worker.post(`${job_id}/result`, { lease_token, result });
      return (await call).body.data[0]?.embedding;
    };
    expect(await asked('float', { output: numbers })).toEqual(numbers);
    expect(await asked('base64', { output: [numbers] })).toBe(text);
    expect(await asked('base64', answer)).toBe(text);
    expect(await asked('base64', { output: answer })).toBe(text);
    const encoded = { ...answer, data: [{ ...answer.data[0], embedding: text }] };
    expect(await asked('base64', encoded)).toBe(text);
  });
});
