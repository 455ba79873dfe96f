import { once } from 'node:events';
import { createServer, request as sendHttp } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { startWrapper } from '../../test/wrapper.ts';

/** In place of the Developer API: it never answers. */
async function silentServer(): Promise<{ url: string; asked: Promise<void>; left: Promise<void> }> {
  const asked = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const server = createServer((_request, response) => {
    response.once('close', () => left.resolve());
    asked.resolve();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`;
  return { url, asked: asked.promise, left: left.promise };
}

const headers = { authorization: 'Bearer sk-kw1-any', 'content-type': 'application/json' };

/** Of the finished request, and what else was logged about it as a fault. */
async function logOf(log: string[]): Promise<{ is_whole: boolean; faults: string[] }> {
  const lines = () =>
    log.map((line) => JSON.parse(line) as { level: number; msg: string; is_whole: boolean });
  await expect.poll(() => lines().some(({ msg }) => msg === 'request')).toBe(true);
  const faults = lines().filter(({ level }) => level >= 40);
  const { is_whole = true } = lines().find(({ msg }) => msg === 'request') ?? {};
  return { is_whole, faults: faults.map(({ msg }) => msg) };
}

test('a caller who leaves ends the call of the Developer API, and is no fault in the log', async () => {
  const upstream = await silentServer();
  const wrapper = await startWrapper(upstream.url);
  const gone = new AbortController();
  const body = JSON.stringify({ query: '{ workspace(slug: "x") { slug } }' });
  const answer = fetch(`${wrapper.url}/graphql`, { method: 'POST', headers, body, signal: gone.signal });
  void upstream.asked.then(() => gone.abort());
  await expect(answer).rejects.toThrow('aborted');
  await upstream.left;
  expect(await logOf(wrapper.log)).toEqual({ is_whole: false, faults: [] });
});

test('a caller who leaves in the middle of its request asks nothing, and is no fault in the log', async () => {
  const upstream = await silentServer();
  const wrapper = await startWrapper(upstream.url);
  const length = { 'content-length': '1000' };
  const begun = sendHttp(`${wrapper.url}/graphql`, { method: 'POST', headers: { ...headers, ...length } });
  begun.on('error', () => undefined);
  await new Promise((resolve) => void begun.write('{"query"', resolve));
  begun.destroy();
  expect(await logOf(wrapper.log)).toEqual({ is_whole: false, faults: [] });
  expect(wrapper.upstream).toEqual([]);
});
