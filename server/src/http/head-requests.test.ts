import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../test/server.ts';
import { newOwnerKey, TestWorker } from '../api/jobs/jobs.fixture.ts';
import { isLive } from '../api/live/live-list.ts';
import { pathOf } from '../api/sweep.fixture.ts';
import { allRoutes } from '../app/routes.ts';
import { pathOf as developerPath } from '../developer/sweep.fixture.ts';
import { needsKey, type Route } from './route.ts';

const ENDS_IN_MS = 15_000;

const gets = allRoutes('0.0.0').filter((route) => route.method === 'GET' && route.access !== 'session');

describeOnBothServers('HEAD', (start) => {
  let server: TestServer;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    server = await start();
    await server.request('POST', '/v1/workspace/new', { body: { name: 'docs' } });
    const { body } = await server.request<{ job_id: string }>('POST', '/v1/jobs', {
      body: { prompt: 'test' },
    });
    ids['job_000000000000'] = body.job_id;
  });

  const ask = async (method: string, path: string, key: string | null = server.adminKey) => {
    const authorization = key === null ? {} : { authorization: `Bearer ${key}` };
    const signal = AbortSignal.timeout(ENDS_IN_MS);
    const answer = await fetch(server.url + path, {
      method,
      headers: authorization,
      signal,
      redirect: 'manual',
    });
    return {
      status: answer.status,
      headers: answer.headers,
      text: method === 'HEAD' ? await answer.text() : '',
    };
  };
  const addressOf = (route: Route): string =>
    route.surface.name === 'developer'
      ? developerPath(route, { slug: 'docs' })
      : pathOf(route).replaceAll(/job_0{12}/g, (id) => ids[id] ?? id);
  const running = (): string[] => server.app.core.nodes.runs.newest().map((run) => run.about.route);

  test(
    'every route that has GET answers HEAD with a head, ends, and leaves nothing running',
    { timeout: 120_000 },
    async () => {
      expect(gets.length).toBeGreaterThan(80);
      for (const route of gets) {
        const path = addressOf(route);
        // On one connection: the second answer comes once the first has ended, and nothing stands between them.
        const key = needsKey(route) ? `Authorization: Bearer ${server.adminKey}\r\n` : '';
        const host = `Host: 127.0.0.1:${server.port}\r\n`;
        const said = await server.raw(
          `HEAD ${path} HTTP/1.1\r\n${host}${key}\r\nGET /healthz HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
        );
        const isEnded = /^HTTP\/1\.1 [2345]\d\d (?:(?!\r\n\r\n).)*\r\n\r\nHTTP\/1\.1 200/s.test(said);
        expect([path, isEnded]).toEqual([path, true]);
      }
      await expect.poll(running).toEqual([]);
    },
  );

  test(
    'HEAD has the status and the type that GET has, also for what is followed',
    { timeout: 60_000 },
    async () => {
      const followed = gets.filter(({ id }) => isLive(id) || ['jobs.events', 'audit.export'].includes(id));
      expect(followed.length).toBeGreaterThan(5);
      for (const route of followed) {
        const path = addressOf(route);
        const [head, get] = [await ask('HEAD', path), await ask('GET', path)];
        const typeOf = ({ status, headers }: typeof head) => [path, status, headers.get('content-type')];
        expect(typeOf(head)).toEqual(typeOf(get));
        expect(head.status).toBe(200);
      }
      const refused = await ask('HEAD', '/v1/jobs/live', null);
      expect(refused.status).toBe(401);
    },
  );

  test('HEAD of the control stream of a worker ends, and takes no job from it', async () => {
    const { secret } = await newOwnerKey(server, 'miner', { role: 'miner' });
    const worker = new TestWorker(server, secret, 'one');
    const { body } = await worker.register({ models: ['of-head'] });
    await server.request('POST', '/v1/jobs', { body: { prompt: 'test', model: 'of-head' } });
    const job = await worker.take();
    expect((await ask('HEAD', `/v1/workers/${body.worker_id}/control`, secret)).status).toBe(200);
    expect((await worker.result(job)).status).toBe(200);
  });
});
