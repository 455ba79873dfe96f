import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnBothServers, type Answer, type TestServer } from '../../../test/server.ts';
import { startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { isLive } from '../../api/live/live-list.ts';
import { routes as ownRoutes } from '../../api/sweep.fixture.ts';
import type { Route } from '../../http/route.ts';
import { enableUsers, enterAs } from '../people/identity.fixture.ts';
import { forSessions, keyed, nameOf, pathOf } from '../sweep.fixture.ts';
import { CANARIES, echo, furnish, type Furnished, type TwoWorkspaces } from './two-workspaces.fixture.ts';

type Body = Record<string, unknown>;

/** What is asked of a route beside nothing, given the things of a workspace that it may name. */
const BODIES: Record<string, (named: Furnished) => Body[]> = {
  'POST /v1/workspace/new': () => [{ name: 'Open Meadow' }, { name: 'Elsewhere' }],
  'POST /v1/workspace/:slug/update': () => [{ openAiTemp: 0.1 }],
  'POST /v1/workspace/:slug/update-embeddings': (named) => [
    { adds: [named.location] },
    { deletes: [named.location] },
  ],
  'POST /v1/workspace/:slug/update-pin': (named) => [{ docPath: named.location, pinStatus: true }],
  'POST /v1/workspace/:slug/chat': () => [{ message: 'hello' }, { message: 'hello', mode: 'query' }],
  'POST /v1/workspace/:slug/stream-chat': () => [{ message: 'hello' }],
  'POST /v1/workspace/:slug/vector-search': () => [{ query: 'hello', topN: 50, scoreThreshold: 0 }],
  'POST /v1/workspace/:slug/thread/new': () => [{ name: 'Another' }],
  'POST /v1/workspace/:slug/thread/:threadSlug/update': () => [{ name: 'Renamed' }],
  'POST /v1/workspace/:slug/thread/:threadSlug/chat': () => [{ message: 'hello' }],
  'POST /v1/workspace/:slug/thread/:threadSlug/stream-chat': () => [{ message: 'hello' }],
  'POST /v1/document/raw-text': (named) => [
    { textContent: 'x', metadata: { title: 'theirs' }, addToWorkspaces: named.slug },
  ],
  'POST /v1/document/move-files': (named) => [
    { files: [{ from: named.location, to: `custom-documents/${named.docName}` }] },
  ],
  'DELETE /v1/document/remove-folder': (named) => [{ name: named.folder }],
  'DELETE /v1/system/remove-documents': (named) => [{ names: [named.location] }],
  'POST /v1/openai/chat/completions': (named) => [
    { model: named.slug, messages: [{ role: 'user', content: 'hello' }] },
  ],
  'POST /v1/openai/embeddings': () => [{ input: 'hello' }],
  'POST /v1/embed/new': (named) => [{ workspace_slug: named.slug }],
  'POST /v1/embed/:uuid': () => [{ enabled: false }, { message_limit: 3 }],
  'POST /v1/admin/invite/new': (named) => [{ workspaceIds: [named.id] }],
  'POST /v1/admin/workspaces/:workspaceId/update-users': () => [{ userIds: [1] }],
  'POST /v1/admin/workspaces/:workspaceSlug/manage-users': () => [{ userIds: [1], reset: true }],
};

const QUERIES: Record<string, (named: Furnished) => string[]> = {
  'GET /v1/system/export-chats': () => ['?type=json', '?type=csv', '?type=jsonAlpaca'],
  'GET /v1/workspace/:slug/chats': () => ['?limit=1000', '?apiSessionId=s1'],
  'GET /v1/documents': ({ folder }) => [`?folder=${folder}`, '?limit=all'],
};

const inPath = ({ slug, id, docName, folder, threadSlug, embed }: Furnished): Record<string, string> => ({
  slug,
  workspaceSlug: slug,
  workspaceId: String(id),
  threadSlug,
  docName,
  uuid: embed,
  folderName: folder,
});

describeOnBothServers('a key bound to one workspace', (start) => {
  let server: TestServer;
  let upstream: TestUpstream;
  let world: TwoWorkspaces;
  beforeAll(async () => {
    upstream = await startTestUpstream();
    upstream.answer(echo);
    server = await start();
    const models = ['chat', 'all-minilm-l6-v2'];
    const body = { name: 'models', base_url: upstream.baseUrl, models };
    await server.request('POST', '/v1/upstreams', { body });
    world = await furnish(server);
  });
  afterAll(() => upstream.close());

  interface Asked {
    /** What stands in the path. */
    named: Furnished;
    /** What stands in the body; the same where it is left out. */
    inBody?: Furnished;
    key?: string;
  }

  async function ask(
    route: Route,
    { named, inBody = named, key = world.bound }: Asked,
  ): Promise<Answer<unknown>[]> {
    const path = pathOf(route, inPath(named));
    const bodies = [undefined, ...(BODIES[nameOf(route)]?.(inBody) ?? [])];
    const queries = ['', ...(QUERIES[nameOf(route)]?.(named) ?? [])];
    const answers: Answer<unknown>[] = [];
    for (const body of bodies) {
      for (const query of queries)
        answers.push(await server.request(route.method, path + query, { key, ...(body && { body }) }));
    }
    return answers;
  }

  /** Everything of a workspace that can be read with a key that reads everything. */
  async function stateOf({ slug, id, docName, folder, threadSlug, embed }: Furnished): Promise<string> {
    const paths = [
      `/v1/workspace/${slug}`,
      `/v1/workspace/${slug}/chats`,
      `/v1/workspace/${slug}/thread/${threadSlug}/chats`,
      `/v1/document/${docName}`,
      `/v1/documents/folder/${folder}`,
      `/v1/embed/${embed}/chats`,
      `/v1/admin/workspaces/${id}/users`,
      '/v1/admin/api-keys',
    ];
    const texts = await Promise.all(paths.map(async (path) => (await server.request('GET', path)).text));
    const embeds = await server.request<{ embeds: { uuid: string }[] }>('GET', '/v1/embed');
    return JSON.stringify([...texts, embeds.body.embeds.find(({ uuid }) => uuid === embed)]);
  }

  /** Those that end things come last. */
  const inOrder = [...keyed].sort((a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'));

  test('the words of the other workspace stand there, for a key that covers it', async () => {
    const state = await stateOf(world.uncovered);
    expect(Object.entries(CANARIES).filter(([, word]) => !state.includes(word))).toEqual([]);
  });

  test('an uncovered thing is answered like one that does not exist, and stays as it is', async () => {
    const { uncovered } = world;
    const absent: Furnished = {
      slug: `${uncovered.slug.slice(0, -1)}m`,
      id: 999_999,
      location: `${uncovered.folder.slice(0, -1)}g/${uncovered.docName.slice(0, -6)}${flipped(uncovered.docName.at(-6))}.json`,
      docName: `${uncovered.docName.slice(0, -6)}${flipped(uncovered.docName.at(-6))}.json`,
      folder: `${uncovered.folder.slice(0, -1)}g`,
      threadSlug: uncovered.threadSlug,
      embed: `${uncovered.embed.slice(0, -1)}${flipped(uncovered.embed.at(-1))}`,
    };
    const before = await stateOf(uncovered);
    for (const route of inOrder.filter((route) => namesThings(route, uncovered, absent))) {
      const real = await ask(route, { named: uncovered });
      const none = await ask(route, { named: absent });
      expect([nameOf(route), ...real.map((answer) => comparable(answer, uncovered))]).toEqual([
        nameOf(route),
        ...none.map((answer) => comparable(answer, absent)),
      ]);
    }
    expect(await stateOf(uncovered)).toBe(before);
  });

  test('no answer of any route holds a word of it', async () => {
    const { covered, uncovered } = world;
    const before = await stateOf(uncovered);
    const words = [...Object.values(CANARIES), uncovered.embed, uncovered.docName];
    const found: unknown[] = [];
    // The covered workspace is still needed.
    const asked = inOrder.filter((route) => nameOf(route) !== 'DELETE /v1/workspace/:slug');
    // Live lists have no end, and hold no text of a workspace: live-lists.test.ts.
    const ownReads = ownRoutes.filter(({ method, id }) => method === 'GET' && !isLive(id));
    for (const route of [...asked, ...ownReads]) {
      const answers = [
        ...(await ask(route, { named: { ...covered, id: uncovered.id } })),
        ...(await ask(route, {
          named: covered,
          inBody: { ...uncovered, slug: covered.slug, folder: covered.folder },
        })),
      ];
      for (const { text } of answers) {
        // What was asked for may be said again.
        const said = text.replaceAll(uncovered.location, '');
        found.push(...words.filter((word) => said.includes(word)).map((word) => [nameOf(route), word]));
      }
    }
    expect(found).toEqual([]);
    expect(await stateOf(uncovered)).toBe(before);
  });
  test('counts are of what it covers', async () => {
    const count = async (key: string) => {
      const { body } = await server.request<{ vectorCount: number }>('GET', '/v1/system/vector-count', {
        key,
      });
      return body.vectorCount;
    };
    const [some, all] = [await count(world.bound), await count(server.adminKey)];
    expect([some > 0, some < all]).toEqual([true, true]);
  });

  test('a user who is a member of one learns nothing of the other either', async () => {
    const { covered, uncovered } = world;
    await enableUsers(server);
    const key = await enterAs(server, 'default');
    const { body } = await server.request<{ users: { id: number; username: string }[] }>('GET', '/v1/users');
    const userIds = body.users.filter(({ username }) => username === 'default').map(({ id }) => id);
    const members = `/v1/admin/workspaces/${covered.slug}/manage-users`;
    await server.request('POST', members, { body: { userIds } });
    const seen = await server.request('GET', '/api/workspaces', { key });
    expect(seen.text).toContain(covered.slug);
    const absent = { ...uncovered, slug: `${uncovered.slug.slice(0, -1)}m` };
    for (const route of forSessions.filter(({ id }) => id !== 'sessions.logout')) {
      const ask = async (named: Furnished) =>
        server.request(route.method, pathOf(route, inPath(named)), { key });
      const texts = [await ask(covered), await ask(uncovered)].map(({ text }) => text);
      // What was asked for may be said again.
      const said = texts.join().replaceAll(uncovered.slug, '');
      const found = Object.values(CANARIES).filter((word) => said.includes(word));
      expect([nameOf(route), found]).toEqual([nameOf(route), []]);
      expect([nameOf(route), comparable(await ask(uncovered), uncovered)]).toEqual([
        nameOf(route),
        comparable(await ask(absent), absent),
      ]);
    }
  });
});

/** Whether a request to it can name something of a workspace. */
function namesThings(route: Route, one: Furnished, other: Furnished): boolean {
  const bodies = BODIES[nameOf(route)];
  return (
    /:/.test(route.path) || (bodies && JSON.stringify(bodies(one)) !== JSON.stringify(bodies(other))) === true
  );
}

const flipped = (digit = ''): string => (digit === '0' ? '1' : '0');

/** What can be compared of an answer: without what differs each time, and without the names that were asked for. */
function comparable({ status, headers, text }: Answer<unknown>, named: Furnished): unknown {
  const rest = [...headers].filter(([name]) => !['x-request-id', 'date', 'content-length'].includes(name));
  let said = text;
  // Longer names first: one may hold another.
  const names = Object.entries(named).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  for (const [member, name] of names.sort(([, a], [, b]) => b.length - a.length))
    said = said.replaceAll(name, `<${member}>`);
  const varying =
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[\d:.]+Z|\d+\/\d+\/\d{4}, [\d:]+ [AP]M|"id":\d+/g;
  return [status, rest, said.replaceAll(varying, '<varying>')];
}
