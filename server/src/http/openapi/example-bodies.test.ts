import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { allRoutes } from '../../app/routes.ts';
import { enableUsers, firstSession } from '../../developer/people/identity.fixture.ts';
import { echo } from '../../developer/workspaces/two-workspaces.fixture.ts';
import { EXAMPLE_BODIES } from './example-bodies.ts';
import { Things } from './example-bodies.fixture.ts';

interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, { schema: object; example?: unknown }> };
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: object;
}

/** A form has a file, which a reader chooses. */
const isForm = ({ bodyKind }: { bodyKind?: string }): boolean => bodyKind === 'upload';
/** They end the session of everybody: the last ones on their server. */
const LAST = ['sessions.set_password', 'sessions.enable_multi_user', 'session.setup'];
/** Where it matters which instance they change. */
const PLACES: Record<string, 'single' | 'fresh'> = {
  'sessions.set_password': 'fresh',
  'session.setup': 'single',
};
const withBody = allRoutes('0.0.0')
  .filter((route) => route.body !== undefined && !isForm(route))
  .sort((a, b) => LAST.indexOf(a.id) - LAST.indexOf(b.id));

describeOnServer('sqlite', 'the example bodies of the OpenAPI document', (start) => {
  let single: TestServer;
  let multi: TestServer;
  let upstream: TestUpstream;
  let things: Record<'single' | 'multi' | 'fresh', Things>;
  let document: Document;
  beforeAll(async () => {
    let fresh: TestServer;
    [single, fresh, multi, upstream] = await Promise.all([
      start(),
      start(),
      start({ KEYWARD_FETCH_PRIVATE: 'allow' }),
      startTestUpstream(),
    ]);
    upstream.answer((response, received) => {
      if (/chat|embed/.test(received.path)) return echo(response, received);
      if (received.path !== '/page.html') return json({ data: [{ b64_json: 'aGk=' }] })(response, received);
      response
        .writeHead(200, { 'content-type': 'text/html' })
        .end('<h1>A page</h1><p>About lighthouses.</p>');
    });
    document = (await single.request<Document>('GET', '/openapi.json')).body;
    things = {
      single: await Things.on(single, { upstream, session: await firstSession(single) }),
      fresh: await Things.on(fresh, { upstream, session: await firstSession(fresh) }),
      multi: await Things.on(multi, { upstream, session: await enableUsers(multi) }),
    };
  }, 60_000);
  afterAll(() => upstream.close());

  const exampleOf = (id: string): { type: string; example: unknown } | undefined => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
    const { content = {} } = operations.find(({ operationId }) => operationId === id)?.requestBody ?? {};
    const [type = '', shown] = Object.entries(content)[0] ?? [];
    return shown !== undefined && 'example' in shown ? { type, example: shown.example } : undefined;
  };

  test('each operation with a body has an example, and no example is left over', () => {
    expect(withBody.filter(({ id }) => exampleOf(id) === undefined).map(({ id }) => id)).toEqual([]);
    const ids = new Set(withBody.map(({ id }) => id));
    expect(Object.keys(EXAMPLE_BODIES).filter((id) => !ids.has(id))).toEqual([]);
  });

  test.for(withBody.map((route) => [route.id, route] as const))(
    'the example of %s works when it is sent unchanged',
    async ([id, route], { expect }) => {
      const { type, example } = exampleOf(id) ?? { type: '', example: undefined };
      const text = typeof example === 'string' ? example : JSON.stringify(example);
      const { server, path, body, key, headers } = await things[
        PLACES[id] ?? route.mode ?? 'multi'
      ].requestOf(route, text);
      const answer = await server.request(route.method, path, {
        key,
        body,
        headers: { 'content-type': type, ...headers },
        isPassedOn: true,
      });
      expect([id, answer.status, answer.status < 400 ? '' : answer.text]).toEqual([id, answer.status, '']);
      expect(answer.text).not.toMatch(/"outcome":"(?:invalid|failed)"|"valid":false,"message":"/);
    },
  );
});
