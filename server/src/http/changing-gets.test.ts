import { beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../test/server.ts';
import { isLive } from '../api/live/live-list.ts';
import { browserAs, browserOf, type Browser } from '../api/sessions/browser.fixture.ts';
import { pathOf } from '../api/sweep.fixture.ts';
import { allRoutes } from '../app/routes.ts';
import { enableUsers, PASSWORD } from '../developer/people/identity.fixture.ts';
import { pathOf as developerPath } from '../developer/sweep.fixture.ts';
import { Run } from '../nodes/index.ts';
import { currentPermit } from '../storage/index.ts';
import { needsKey, type Route } from './route.ts';

const gets = allRoutes('0.0.0').filter(
  (route) =>
    route.method === 'GET' && (needsKey(route) || (route.access === 'session' && route.mode !== 'single')),
);

/** Writes without a meaning for anybody. */
const HARMLESS: Record<string, string> = {
  'audit.checkpoint': 'signs the end of the record, as the server does by itself',
  'admin.status': 'tests whether the database takes writes',
};

describeOnServer('sqlite', 'a GET in a session', (start) => {
  let server: TestServer;
  let admin: Browser;
  const ids: Record<string, string> = {};
  /** The routes whose requests began a transaction that writes. */
  const writers = new Set<string>();

  beforeAll(async () => {
    server = await start({ KEYWARD_SIMPLE_SSO: 'on' });
    await enableUsers(server);
    admin = await browserOf(server, { username: 'admin', password: PASSWORD });
    const member = await browserAs(server, 'default');
    ids['user'] = String((await member.state()).session?.user?.id);
    await server.request('POST', '/v1/workspace/new', { body: { name: 'docs' } });
    await server.request('POST', '/v1/workspace/docs/thread/new', { body: { slug: 'talk', name: 'Talk' } });
    const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
      body: { name: 'Ann', kind: 'person' },
    });
    ids['own_000000000000'] = owner.body.id;
    ids['key_000000000000'] = (await server.mint()).id;
    const job = { prompt: 'test', model: 'm' };
    ids['job_000000000000'] = (
      await admin.send<{ job_id: string }>('POST', '/v1/jobs', { body: job })
    ).body.job_id;
    const { storage } = server.app.core;
    const transaction = storage.transaction.bind(storage);
    storage.transaction = (work, options) => {
      const permit = currentPermit();
      if (permit instanceof Run) writers.add(permit.about.route);
      return transaction(work, options);
    };
  });

  /** About things that are there, where the sweep has them. */
  function addressOf(route: Route): string {
    if (route.surface.name === 'developer')
      return developerPath(route, { slug: 'docs', threadSlug: 'talk', id: ids['user']!, workspaceId: '1' });
    return pathOf(route).replaceAll(/(key|own|job)_0{12}/g, (id) => ids[id] ?? id);
  }

  test(
    'one that changes something says so in its declaration, and no other one writes',
    { timeout: 60_000 },
    async () => {
      expect(gets.length).toBeGreaterThan(80);
      for (const route of gets) {
        // They go on until a job is over, or for ever.
        const isEndless = route.id === 'jobs.events' || isLive(route.id);
        const signal = AbortSignal.timeout(isEndless ? 200 : 20_000);
        await admin.send('GET', addressOf(route), { signal, isPassedOn: true }).catch(() => undefined);
      }
      const declared = gets.filter(({ hasEffect }) => hasEffect === true).map(({ id }) => id);
      expect([...writers].filter((id) => !(id in HARMLESS))).toEqual(declared);
      expect(declared).toContain('users.issue_auth_token');
    },
  );

  test('one that changes something needs the header that other sites cannot send, and is refused without', async () => {
    const changing = gets.filter(({ hasEffect }) => hasEffect === true);
    for (const route of changing) {
      const send = (headers: Record<string, string>) =>
        server.request<{ code?: string }>('GET', addressOf(route), {
          key: null,
          headers: { cookie: admin.cookie, ...headers },
        });
      const own = { 'x-keyward-session': '1' };
      for (const headers of [
        {},
        { 'sec-fetch-site': 'none' },
        { 'sec-fetch-site': 'same-origin' },
        { ...own, 'sec-fetch-site': 'none' },
        { ...own, 'sec-fetch-site': 'cross-site' },
        { ...own, origin: 'https://evil.example' },
      ]) {
        const { status } = await send(headers);
        expect([route.id, headers, status]).toEqual([route.id, headers, 403]);
      }
      expect([route.id, (await send({ ...own, 'sec-fetch-site': 'same-origin' })).status]).toEqual([
        route.id,
        200,
      ]);
      // A key is no session.
      expect([route.id, (await server.request('GET', addressOf(route))).status]).toEqual([route.id, 200]);
    }
  });
});
