import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeOnServer, type TestServer } from '../../../test/server.ts';
import { json, startTestUpstream, type TestUpstream } from '../../../test/upstream.ts';
import { allRoutes } from '../../app/routes.ts';
import { enableUsers, PASSWORD } from '../../developer/people/identity.fixture.ts';
import { echo } from '../../developer/workspaces/two-workspaces.fixture.ts';
import { EXAMPLE_BODIES } from '../../http/openapi/example-bodies.ts';
import { Things } from '../../http/openapi/example-bodies.fixture.ts';
import { needsKey } from '../../http/route.ts';
import { browserOf, type Browser } from './browser.fixture.ts';

const routes = allRoutes('0.0.0').filter(
  (route) => needsKey(route) && route.body !== undefined && route.bodyKind !== 'upload',
);
/** The refusals in a session, where a key would be served. */
const REFUSED: Record<string, number> = {
  // They are about the key of the request.
  'keys.revoke_self': 409,
  'extension.embed': 403,
  'extension.upload': 403,
  // They name things of the owner of the admin key, which another owner does not have.
  'batches.create': 404,
  'workers.capabilities': 404,
  'workers.chunks': 409,
  'workers.result': 409,
  'workers.fail': 409,
  'agents.replace': 404,
  'agents.execute': 404,
  'swarm.task_consensus': 404,
  'swarm.consensus': 404,
};

describeOnServer('postgres', 'the example bodies, sent in a session', (start) => {
  let server: TestServer;
  let browser: Browser;
  let upstream: TestUpstream;
  let things: Things;
  beforeAll(async () => {
    [server, upstream] = await Promise.all([start({ KEYWARD_FETCH_PRIVATE: 'allow' }), startTestUpstream()]);
    upstream.answer((response, received) =>
      /chat|embed/.test(received.path)
        ? echo(response, received)
        : json({ data: [{ b64_json: 'aGk=' }] })(response, received),
    );
    things = await Things.on(server, { upstream, session: await enableUsers(server) });
    browser = await browserOf(server, { username: 'admin', password: PASSWORD });
  }, 60_000);
  afterAll(() => upstream.close());

  test(
    'no example fails in the session of an administrator, and few are refused',
    { timeout: 120_000 },
    async () => {
      const refused: Record<string, number> = {};
      for (const route of routes) {
        const example = EXAMPLE_BODIES[route.id] ?? {};
        const text = route.bodyKind === 'ndjson' ? `${JSON.stringify(example)}\n` : JSON.stringify(example);
        const { path, body, headers } = await things.requestOf(route, text);
        const type = route.bodyKind === 'ndjson' ? 'application/x-ndjson' : 'application/json';
        const answer = await browser.send(route.method, path, {
          body,
          headers: { 'content-type': type, ...headers },
          isPassedOn: true,
        });
        if (answer.status >= 400) refused[route.id] = answer.status;
      }
      expect(refused).toEqual(REFUSED);
    },
  );
});
