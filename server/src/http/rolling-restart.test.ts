import { beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../../test/server-processes.ts';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { PROXY_NAME, rollingRestart, verifications } from './rolling-restart.fixture.ts';

describeOnServer('sqlite', 'a restart under load', (start) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await start();
  });

  test('a server that stops answers each request of clients that keep their connections, until it refuses new ones', async () => {
    const node = await startServerProcess({ ...server.environment, KEYWARD_DRAIN_SECONDS: '1' });
    const load = verifications(node.url, server.adminKey);
    await expect.poll(() => load.good, { interval: 20 }).toBeGreaterThan(200);
    const before = load.good;
    node.child.kill('SIGTERM');
    expect(await node.ended).toBe(0);
    await load.stop();
    expect(load.bad).toEqual([]);
    expect(load.good - before).toBeGreaterThan(50);
    expect(load.refused).toBeGreaterThan(0);
  });

  test(`the restart of one of two nodes behind ${PROXY_NAME} fails no request`, async () => {
    const { good, bad } = await rollingRestart({ environment: server.environment, key: server.adminKey }, 1);
    expect(bad).toEqual([]);
    expect(good).toBeGreaterThan(500);
  });
});
