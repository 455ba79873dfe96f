import { beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import { describeOnBothServers } from '../../test/server.ts';
import type { TestServer } from '../../test/server.ts';
import { startTestUpstream } from '../../test/upstream.ts';
import { numbered, openStream } from './open-streams.fixture.ts';

describeOnBothServers('a process that hangs while a revocation is acknowledged', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
    const upstream = await startTestUpstream();
    upstream.answer(numbered);
    await server.request('POST', '/v1/upstreams', { body: { name: 'numbers', base_url: upstream.baseUrl } });
    return () => upstream.close();
  });
  const passed = async (ms: number): Promise<void> => {
    const endMs = performance.now() + ms;
    await expect.poll(() => performance.now(), { interval: 20 }).toBeGreaterThan(endMs);
  };

  test('passes nothing on that the upstream sent after the acknowledgement, once it goes on', async () => {
    const other = await startServerProcess(server.environment);
    const key = await server.mint({ scopes: ['models:use'] });
    const stream = await openStream(other.url, key);
    other.child.kill('SIGSTOP');
    const { status } = await server.request('POST', `/v1/keys/${key.id}/revoke`);
    const acknowledgedMs = performance.now();
    expect(status).toBe(200);
    // The upstream goes on, into the buffers of the connection.
    await passed(300);
    other.child.kill('SIGCONT');
    await stream.ended;
    expect(stream.lastSentMs).toBeLessThanOrEqual(acknowledgedMs);
    expect(stream.text).toContain('"code":"key_revoked"');
  });

  test('goes on where it was with what nobody ended, once it has asked', async () => {
    const other = await startServerProcess(server.environment);
    const stream = await openStream(other.url, await server.mint({ scopes: ['models:use'] }));
    other.child.kill('SIGSTOP');
    await passed(2_500);
    other.child.kill('SIGCONT');
    const awakeMs = performance.now();
    await expect.poll(() => stream.lastSentMs).toBeGreaterThan(awakeMs);
  });
});
