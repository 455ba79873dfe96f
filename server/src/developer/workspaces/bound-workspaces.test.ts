import { beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type TestServer } from '../../../test/server.ts';
import { recordChat, workspacesOf } from '../chat/chats.fixture.ts';

type List = { workspaces: { slug: string }[] };
type Made = { workspace: { slug: string } | null };

describeOnBothServers('a key that is bound to workspaces', (start) => {
  let server: TestServer;
  const bind = async (workspaces: { allow?: string[]; deny?: string[] }): Promise<string> =>
    (await server.mint({ scopes: ['workspaces:*'], selectors: { workspaces } })).secret;
  const slugs = async (key: string) =>
    (await server.request<List>('GET', '/v1/workspaces', { key })).body.workspaces.map(({ slug }) => slug);
  const make = (name: string, key: string) =>
    server.request<Made>('POST', '/v1/workspace/new', { key, body: { name } });

  beforeAll(async () => {
    server = await start();
    for (const name of ['Team One', 'Team Two', 'Team_x', 'Hidden', 'team%']) {
      await make(name, server.adminKey);
    }
    await server.request('POST', '/v1/workspace/hidden/thread/new', {
      body: { slug: 't', name: 'Nightshade' },
    });
    await recordChat(server, 'hidden', { prompt: 'belladonna' });
    await recordChat(server, 'hidden', { prompt: 'hemlock', threadSlug: 't' });
    await recordChat(server, 'hidden', { prompt: 'mandrake', apiSessionId: 's' });
  });

  test.for<[{ allow?: string[]; deny?: string[] }, string]>([
    [{ allow: ['team-one'] }, 'team-one'],
    [{ allow: ['team-*'] }, 'team-one,team-two'],
    [{ allow: ['team*'], deny: ['team-two'] }, 'team-one,team_x,teampercent'],
    [{ deny: ['team-*', 'hid*'] }, 'team_x,teampercent'],
    [{ allow: ['team_*'] }, 'team_x'],
    [{ allow: ['%'] }, ''],
    [{ allow: ['none'] }, ''],
    [{ allow: ['*'], deny: ['*'] }, ''],
    [{ allow: ['*'] }, 'team-one,team-two,team_x,hidden,teampercent'],
    [{ allow: [`x' or 1=1 --`, 'team-one'] }, 'team-one'],
    [{ allow: ['TEAM-ONE'] }, ''],
  ])('%j is shown %s: a pattern is text, no pattern of the database', async ([selector, shown]) => {
    expect((await slugs(await bind(selector))).join(',')).toBe(shown);
  });

  test('is answered about another one exactly as about one that nobody has', async () => {
    const key = await bind({ allow: ['team-*'] });
    const requests: [method: string, path: string, body?: object][] = [
      ['GET', '/workspace/SLUG'],
      ['POST', '/workspace/SLUG/update', { name: 'x' }],
      ['POST', '/workspace/SLUG/update', {}],
      ['GET', '/workspace/SLUG/chats'],
      ['GET', '/workspace/SLUG/chats?apiSessionId=s'],
      ['POST', '/workspace/SLUG/thread/new', { slug: 't' }],
      ['POST', '/workspace/SLUG/thread/t/update', { name: 'x' }],
      ['GET', '/workspace/SLUG/thread/t/chats'],
      ['GET', '/workspace/SLUG/thread/nope/chats'],
      ['DELETE', '/workspace/SLUG/thread/t'],
      ['DELETE', '/workspace/SLUG'],
    ];
    for (const [method, path, body] of requests) {
      const [uncovered, unknown] = await Promise.all(
        ['hidden', 'nobody'].map(async (slug) =>
          server.request(method, `/v1${path.replace('SLUG', slug)}`, { key, body }),
        ),
      );
      expect([path, uncovered?.status, uncovered?.text]).toEqual([path, unknown?.status, unknown?.text]);
      expect(uncovered?.headers.get('content-type')).toBe(unknown?.headers.get('content-type'));
    }
    const { threads } = workspacesOf(server);
    const hidden = await workspacesOf(server).findCovered('everything', 'hidden');
    expect(hidden?.name).toBe('Hidden');
    expect((await threads.find({ id: hidden?.id ?? 0 }, 't'))?.name).toBe('Nightshade');
  });

  test('makes only workspaces that it covers, and learns nothing of others from a refusal', async () => {
    const key = await bind({ allow: ['team-*', 'fresh'] });
    expect((await make('Team Three', key)).body.workspace?.slug).toBe('team-three');
    expect((await make('Team Three', key)).body.workspace?.slug).toMatch(/^team-three-\d{8}$/);
    const refusals = await Promise.all(['Hidden', 'Nobody'].map((name) => make(name, key)));
    expect(refusals.map(({ status }) => status)).toEqual([403, 403]);
    expect(refusals[0]?.text).toBe(refusals[1]?.text);
    expect(Object.keys(refusals[0]?.body ?? {})).toEqual(['error']);
    expect((await make('Fresh', key)).status).toBe(200);
    // It sees the one there is: that the second would be called something that it does not cover tells it nothing.
    expect((await make('Fresh', key)).status).toBe(403);
    expect(await slugs(server.adminKey)).not.toContain('nobody');
  });

  test('learns nothing of threads elsewhere from a slug of its own', async () => {
    const key = await bind({ allow: ['team-one'] });
    const { body } = await server.request<{ thread: { slug: string } | null }>(
      'POST',
      '/v1/workspace/team-one/thread/new',
      { key, body: { slug: 't' } },
    );
    expect(body.thread?.slug).toBe('t');
  });

  test('no refused change has an audit record', async () => {
    // Refusals have records of their own, written in batches some time later.
    const changes = async () => {
      const path = '/v1/audit?action=workspaces.*&limit=200';
      const { body } = await server.request<{ items: { outcome: string }[] }>('GET', path);
      return body.items.filter(({ outcome }) => outcome === 'ok');
    };
    const before = await changes();
    const key = await bind({ allow: ['team-one'] });
    await make('Hidden too', key);
    await server.request('DELETE', '/v1/workspace/hidden', { key });
    await server.request('POST', '/v1/workspace/hidden/update', { key, body: { name: 'x' } });
    expect(await changes()).toEqual(before);
  });
});
