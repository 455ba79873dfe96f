import { beforeAll, expect, test } from 'vitest';
import { describeOnBothWhenSlow, type TestServer } from '../../../test/server.ts';
import { ROLE_POWERS } from '../../access/index.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { keyed, pathOf as developerPath } from '../../developer/sweep.fixture.ts';
import type { Route } from '../../http/route.ts';
import { isLive } from '../live/live-list.ts';
import { forSessions, guarded, pathOf } from '../sweep.fixture.ts';
import { Browser, browserAs, browserOf, firstBrowser } from './browser.fixture.ts';

type Role = 'admin' | 'manager' | 'default';
const SLUG = 'lighthouses';

/** They end the key that asks, which a session does not have. */
const OWN_END = ['keys.self', 'keys.revoke_self', 'extension.disconnect'];
/** The answers of live lists have no end: live-ends.test.ts. */
const routes = [...guarded, ...keyed].filter(({ id }) => !OWN_END.includes(id) && !isLive(id));
/** Reading and chats are about a workspace that is there; the rest about things that nobody has. */
function addressOf(route: Route): string {
  if (route.surface.name !== 'developer') return pathOf(route);
  const isKept = route.method === 'GET' || route.access === 'workspaces:chat';
  return developerPath(route, isKept ? { slug: SLUG } : {});
}

/** What these list changes from one request to the next. */
const MOVING: ReadonlySet<string> = new Set(['running.list', 'usage.report']);

/** What an answer lists, where it is a list. */
function idsIn(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const lists = Object.values(body).filter((value) => Array.isArray(value));
  return lists.flat().map((item) => JSON.stringify((item as { id?: unknown })?.id ?? item));
}

describeOnBothWhenSlow('sessions on every route that asks for a scope', (start) => {
  let server: TestServer;
  const browsers: Record<Role, Browser> = {} as never;
  const keys: Record<Role, string> = {} as never;
  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
    for (const name of [SLUG, 'Harbours'])
      await server.request('POST', '/v1/workspace/new', { body: { name } });
    browsers.admin = await browserOf(server, { username: 'admin', password: PASSWORD });
    browsers.manager = await browserAs(server, 'manager');
    browsers.default = await browserAs(server, 'default');
    const { session } = await browsers.default.state();
    const members = { userIds: [session?.user?.id], workspaceSlug: SLUG };
    await server.request('POST', `/v1/admin/workspaces/${SLUG}/manage-users`, { body: members });
    keys.admin = server.adminKey;
    keys.manager = (await server.mint({ scopes: ROLE_POWERS.manager })).secret;
    const workspaces = { allow: [SLUG], deny: [] };
    const limits = { scopes: ROLE_POWERS.default, selectors: { workspaces } };
    keys.default = (await server.mint(limits)).secret;
  }, 60_000);

  test.for(['admin', 'manager', 'default'] as const)(
    'a session of the role %s fails nowhere, and gives nothing that a key with its scopes does not',
    { timeout: 120_000 },
    async (role, { expect }) => {
      expect((await browsers.default.state()).session?.workspaces).toEqual([SLUG]);
      for (const route of routes) {
        const { method } = route;
        const body = route.body === undefined ? undefined : {};
        const path = addressOf(route);
        const signal = AbortSignal.timeout(20_000);
        const bySession = await browsers[role].send(method, path, { body, signal, isPassedOn: true });
        const byKey = await server.request(method, path, { key: keys[role], body, isPassedOn: true });
        const name = `${role} ${route.id}`;
        expect([name, bySession.status, bySession.status < 500 ? '' : bySession.text]).toEqual([
          name,
          bySession.status < 500 || bySession.status === byKey.status ? bySession.status : 0,
          bySession.status < 500 ? '' : bySession.text,
        ]);
        if (bySession.status < 400) expect([name, byKey.status < 400]).toEqual([name, true]);
        if (method !== 'GET' || bySession.status >= 400 || MOVING.has(route.id)) continue;
        expect([name, ...idsIn(byKey.body)]).toEqual(
          expect.arrayContaining([name, ...idsIn(bySession.body)]),
        );
      }
    },
  );

  test('a member sees and changes nothing of other users', async () => {
    const refused = routes.filter(({ access, isForMembers }) => access !== 'any' && isForMembers !== true);
    for (const route of refused) {
      const body = route.body === undefined ? undefined : {};
      const answer = await browsers.default.send(route.method, addressOf(route), { body, isPassedOn: true });
      expect([route.id, answer.status]).toEqual([route.id, 403]);
    }
  });

  test('without a session every route of sessions says that nobody is signed in', async () => {
    for (const route of forSessions) {
      const answer = await server.request<{ code: string }>(route.method, pathOf(route), {
        key: null,
        headers: { 'x-keyward-session': '1' },
      });
      expect([route.id, answer.status, answer.body.code]).toEqual([route.id, 401, 'invalid_session']);
    }
  });
});

describeOnBothWhenSlow('sessions without users', (start) => {
  test('a session of a key is on each route the same as the key, and ends with it', async () => {
    const server = await start();
    const { secret, id } = await server.mint({ role: 'admin' });
    const browser = await browserOf(server, { key: secret });
    const self = await browser.send<{ key: { id: string } }>('GET', '/v1/keys/self');
    expect(self.body.key.id).toBe(id);
    const made = await browser.send<{ key: { created_by: string } }>('POST', '/v1/keys', {
      body: { name: 'by the key', role: 'client' },
    });
    expect(made.body.key.created_by).toBe(id);
    await server.request('POST', `/v1/keys/${id}/revoke`);
    expect(await browser.status()).toBe(401);
  });

  test('the session of the one password has an owner, and what is made in it belongs to that', async () => {
    const server = await start();
    const browser = await firstBrowser(server);
    await browser.send('POST', '/v1/session/setup', { body: { password: PASSWORD } });
    const { session } = await browser.state();
    const self = await browser.send<{ code: string }>('GET', '/v1/keys/self');
    expect([self.status, self.body.code]).toEqual([409, 'conflict']);
    const body = { name: 'by the administrator', role: 'client' };
    const { body: made } = await browser.send<{ key: { owner: { id: string }; created_by: string } }>(
      'POST',
      '/v1/keys',
      { body },
    );
    expect(made.key).toMatchObject({ owner: { id: session?.owner_id }, created_by: 'admin' });
  });
});
