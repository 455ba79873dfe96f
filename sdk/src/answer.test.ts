import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { failureOf, json, serve } from './client.fixture.ts';

const SAID = { items: ['é'] };
const TEXT = JSON.stringify(SAID);

test('an answer can be read in each of the ways that a Response has, once', async () => {
  const { client } = await serve(json(200, SAID));
  const ways: Record<string, (response: Response) => Promise<unknown>> = {
    text: (response) => response.text(),
    json: async (response) => JSON.stringify(await response.json()),
    arrayBuffer: async (response) => Buffer.from(await response.arrayBuffer()).toString(),
    blob: async (response) => (await response.blob()).text(),
    clone: async (response) => {
      const copy = response.clone();
      expect(await response.text()).toBe(TEXT);
      return copy.text();
    },
    body: async (response) => new Response(response.body).text(),
  };
  for (const [name, read] of Object.entries(ways)) {
    const response = await client.get('/x');
    expect([response.ok, response.bodyUsed, new URL(response.url).pathname]).toEqual([true, false, '/x']);
    expect([name, await read(response), response.bodyUsed]).toEqual([name, TEXT, true]);
    expect(await failureOf(response.text())).toBeInstanceOf(TypeError);
  }
});

test('a signal that outlives its calls is left by each of them when its answer is read, or failed', async () => {
  const { signal } = new AbortController();
  const { client } = await serve(json(200, SAID), json(404, { error: 'no' }), json(200, SAID));
  await (await client.get('/x', { signal })).json();
  await failureOf(client.get('/x', { signal }));
  const streamed = await client.get('/x', { signal });
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await streamed.body?.cancel();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('a signal ends an answer while it is read, with its own reason', async () => {
  const { client } = await serve((_request, response) => response.writeHead(200).write('{"it'));
  for (const read of [
    (response: Response) => response.text(),
    (response: Response) => response.arrayBuffer(),
    (response: Response) => new Response(response.body).text(),
  ]) {
    const gone = new AbortController();
    const reading = failureOf(Promise.resolve(read(await client.get('/x', { signal: gone.signal }))));
    gone.abort(new Error('enough'));
    expect(await reading).toMatchObject({ message: 'enough' });
  }
});
