import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';

interface Ready {
  parts: Record<string, { ok: boolean; detail: string }>;
}

describeOnServer('sqlite', 'a slow writer beside the server', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('each request waits for the lock of another process for 5 s in all, however many wait before it, and readyz answers in its own time', async () => {
    const other = new DatabaseSync(join(server.dataDir, 'keyward.db'));
    const timed = async (method: string, path: string, body?: object) => {
      const beganMs = performance.now();
      const { status, body: said } = await server.request<Ready>(method, path, { body });
      return { status, said, seconds: (performance.now() - beganMs) / 1_000 };
    };
    const makes = (name: string) => timed('POST', '/v1/owners', { name, kind: 'team' });
    // The server of this process may write at this moment.
    await expect.poll(() => other.exec('BEGIN IMMEDIATE'), { interval: 5 }).toBeUndefined();
    const writes = Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(makes));
    const probe = await timed('GET', '/readyz');
    expect([probe.status, probe.said.parts['storage']]).toEqual([
      503,
      { ok: false, detail: 'the database has not answered in time' },
    ]);
    expect(probe.seconds).toBeLessThan(3.5);
    // While the check still runs, nobody waits for it again.
    const next = await timed('GET', '/readyz');
    expect([next.status, next.seconds < 1]).toEqual([503, true]);
    for (const { status, seconds } of await writes) {
      expect(status).toBe(503);
      expect(seconds).toBeLessThan(8);
    }
    other.exec('ROLLBACK');
    other.close();
    expect((await makes('g')).status).toBe(201);
    await expect.poll(async () => (await timed('GET', '/readyz')).status).toBe(200);
  });
});
