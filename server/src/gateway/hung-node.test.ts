import { expect, onTestFinished, test } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import { describeOnBothServers } from '../../test/server.ts';
import { startTestUpstream } from '../../test/upstream.ts';
import { numbered, openStream } from './open-streams.fixture.ts';

describeOnBothServers('a process that hangs while a revocation is acknowledged', (start) => {
  test('passes nothing on that the upstream sent after the acknowledgement, once it goes on', async () => {
    const server = await start();
    const upstream = await startTestUpstream();
    onTestFinished(() => upstream.close());
    upstream.answer(numbered);
    await server.request('POST', '/v1/upstreams', { body: { name: 'numbers', base_url: upstream.baseUrl } });
    const other = await startServerProcess(server.environment);
    const key = await server.mint({ scopes: ['models:use'] });
    const stream = await openStream(other.url, key);
    other.child.kill('SIGSTOP');
    const { status } = await server.request('POST', `/v1/keys/${key.id}/revoke`);
    const acknowledgedMs = performance.now();
    expect(status).toBe(200);
    // The upstream goes on, into the buffers of the connection.
    await expect.poll(() => performance.now()).toBeGreaterThan(acknowledgedMs + 300);
    other.child.kill('SIGCONT');
    await stream.ended;
    expect(stream.lastSentMs).toBeLessThanOrEqual(acknowledgedMs);
    expect(stream.text).toContain('"code":"key_revoked"');
  });
});
