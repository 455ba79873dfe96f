import { beforeAll, expect, test } from 'vitest';
import { startServerProcess } from '../../../test/server-processes.ts';
import { describeOnBothWhenSlow, type TestServer } from '../../../test/server.ts';
import { enableUsers, login, PASSWORD, tokenOf } from '../../developer/people/identity.fixture.ts';
import { pathOf as developerPath } from '../../developer/sweep.fixture.ts';
import { allRoutes } from '../../app/routes.ts';
import { openRequest, statusOf, type OpenRequest } from './open-request.fixture.ts';
import { needsKey, type Route } from '../../http/route.ts';
import { pathOf } from '../sweep.fixture.ts';

const BOUNDARY = 'half-and-half';
const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

/** The two halves of a body that each route would read to its end. */
function halves({ bodyKind = 'json' }: Route): { type: string; first: string; rest: string } {
  if (bodyKind === 'ndjson') {
    const line = JSON.stringify({ name: 'late', role: 'client', secret: 'late-line-0123456789abcdef' });
    return { type: 'application/x-ndjson', first: line.slice(0, 20), rest: `${line.slice(20)}\n` };
  }
  if (bodyKind === 'upload') {
    const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="late.txt"\r\n\r\n`;
    return { type: FORM, first: `${head}half`, rest: ` and half\r\n--${BOUNDARY}--\r\n` };
  }
  return { type: 'application/json', first: '{"name":', rest: '"late"}' };
}

const takesBody = ({ method, body, bodyKind }: Route): boolean =>
  method !== 'GET' && (body !== undefined || bodyKind !== undefined);
const withBody = allRoutes('0.0.0').filter(takesBody);
const keyed = withBody.filter(needsKey);
const forSessions = withBody.filter(({ access, mode }) => access === 'session' && mode !== 'single');

interface Half {
  name: string;
  open: OpenRequest;
  rest: string;
}

function sendHalf(server: TestServer, route: Route, key: string): Half {
  const { type, first, rest } = halves(route);
  const path = route.surface.name === 'developer' ? developerPath(route) : pathOf(route);
  const headers = { 'x-lease-token': '0'.repeat(32) };
  const open = openRequest(server, { method: route.method, path, key, type, headers });
  open.send(first);
  return { name: `${route.method} ${route.path}`, open, rest };
}

/** What the rest of each body is answered with: a refusal, or nothing on a connection that ends. */
async function outcomes(sent: readonly Half[]): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const { name, open, rest } of sent) {
    open.end(rest);
    found[name] = statusOf(await open.closed);
  }
  return found;
}

describeOnBothWhenSlow('half of a body, and then the end', (start) => {
  let server: TestServer;
  const inFlight = (): number => server.app.core.nodes.runs.newest().length;
  const recordsOf = async (actor: string): Promise<unknown[]> => {
    const { body } = await server.request<{ items: { outcome: string }[] }>(
      'GET',
      `/v1/audit?actor=${actor}`,
    );
    return body.items.filter(({ outcome }) => outcome === 'ok');
  };

  beforeAll(async () => {
    server = await start();
    await enableUsers(server);
  });

  test('after half of a body and the revocation of its key by another process no route reads on or takes effect', async () => {
    expect(keyed.length).toBeGreaterThan(60);
    const { url: other } = await startServerProcess(server.environment);
    const { id, secret } = await server.mint({ role: 'admin' });
    const sent = keyed.map((route) => sendHalf(server, route, secret));
    await expect.poll(inFlight).toBe(keyed.length);
    const answer = await fetch(`${other}/v1/keys/${id}/revoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.adminKey}` },
    });
    const { acknowledged } = (await answer.json()) as { acknowledged: { requests_ended: number } };
    expect(acknowledged.requests_ended).toBe(keyed.length);
    expect(inFlight()).toBe(0);
    const refused = Object.entries(await outcomes(sent)).filter(([, status]) => ![401, 403].includes(status));
    expect(refused).toEqual([]);
    expect(await recordsOf(`key:${id}`)).toEqual([]);
  });

  const ways: [string, (id: number, token: string) => Promise<unknown>][] = [
    ['logged out', (_, key) => server.request('POST', '/api/system/logout', { key })],
    ['suspended', (id) => server.request('POST', `/v1/admin/users/${id}`, { body: { suspended: 1 } })],
    ['demoted', (id) => server.request('POST', `/v1/admin/users/${id}`, { body: { role: 'default' } })],
    [
      'given a new password',
      (id) => server.request('POST', `/v1/admin/users/${id}`, { body: { password: 'another horse' } }),
    ],
    ['deleted', (id) => server.request('DELETE', `/v1/admin/users/${id}`)],
  ];
  test.for(ways)(
    'of a session, %s: no route reads on, and none of them does anything',
    async ([how, end]) => {
      expect(forSessions.length).toBeGreaterThan(5);
      const username = how.replaceAll(' ', '-');
      const body = { username, password: PASSWORD, role: 'admin' };
      await server.request('POST', '/v1/admin/users/new', { body });
      const id = (await login(server, { username, password: PASSWORD })).body.user?.id ?? 0;
      const token = await tokenOf(server, { username, password: PASSWORD });
      const before = await recordsOf(`user:${id}`);
      const sent = forSessions.map((route) => sendHalf(server, route, token));
      await expect.poll(inFlight).toBe(forSessions.length);
      await end(id, token);
      expect(inFlight()).toBe(0);
      // The session of a user with a lower role goes on.
      const refusal = how === 'demoted' ? 403 : 401;
      const found = Object.entries(await outcomes(sent)).filter(([, status]) => status !== refusal);
      expect(found).toEqual([]);
      const after = await recordsOf(`user:${id}`);
      expect(after.length - before.length).toBe(how === 'logged out' ? 1 : 0);
    },
  );

  test('an import ends when its owner is suspended or deleted', async () => {
    for (const end of ['suspend', 'delete']) {
      const owner = await server.request<{ id: string }>('POST', '/v1/owners', {
        body: { name: `owner ${end}`, kind: 'service' },
      });
      const { id } = owner.body;
      const { secret } = await server.mint({ role: 'admin', owner: id });
      const [route] = keyed.filter(({ bodyKind }) => bodyKind === 'ndjson');
      if (route === undefined) throw new Error('no import');
      const sent = [sendHalf(server, route, secret)];
      await expect.poll(inFlight).toBe(1);
      if (end === 'delete') await server.request('DELETE', `/v1/owners/${id}`);
      else await server.request('PATCH', `/v1/owners/${id}`, { body: { state: 'suspended' } });
      expect(Object.values(await outcomes(sent))).toEqual([401]);
    }
  });
});
