import { expect, test } from 'vitest';
import { describedRoutes } from './routes.ts';

/** Members of an answer that say whether there is more than it holds. */
const SAYS = /^(?:next_cursor|has_more|hasMore|hasPages|hasEarlier)$/;

const OF_ONE = 'parts of one thing, which its own rules bound';
const WHOLE = 'reads every row';
const CONTRACT = 'the Developer API has one answer for all of them, and it reads every row';
/** Lists that say nothing of a rest: why they have none. */
const WITHOUT_A_REST: Record<string, string> = {
  '/v1/models': WHOLE,
  '/v1/session': OF_ONE,
  '/v1/session/invites/:code': OF_ONE,
  '/v1/keys/self': OF_ONE,
  '/v1/keys/:id': OF_ONE,
  '/v1/keys/:id/scopes': OF_ONE,
  '/v1/owners/:id': OF_ONE,
  '/v1/upstreams/:id': OF_ONE,
  '/v1/usage': 'a step for each time of the range that was asked for',
  '/v1/keys/:id/usage': 'a step for each time of the range that was asked for',
  '/v1/bootstrap/keys/:stack/:id': OF_ONE,
  '/v1/jobs/:id': OF_ONE,
  '/v1/jobs/:id/receipt': OF_ONE,
  '/v1/jobs/:id/receipts': OF_ONE,
  '/v1/marketplace/gpu/:id': OF_ONE,
  '/v1/admin/queue-history': 'a step for each time of the range that was asked for',
  '/v1/admin/jobs/:id': OF_ONE,
  '/v1/admin/miners/:id':
    'its running jobs, and the last ones that ended, as the description of the member says',
  '/v1/agents/workflows/:id': OF_ONE,
  '/v1/agents/executions/:id': OF_ONE,
  '/v1/agents/executions/:id/status': OF_ONE,
  '/v1/agents/executions/:id/logs': OF_ONE,
  '/v1/swarm/status': 'a swarm has 1,000 members at most, and each is there',
  '/v1/swarm/tasks/:id/status': OF_ONE,
  '/v1/capabilities': WHOLE,
  '/v1/users': CONTRACT,
  '/v1/admin/users': CONTRACT,
  '/api/admin/users': CONTRACT,
  '/api/request-token/sso/simple': OF_ONE,
  '/api/system/api-keys': CONTRACT,
  '/api/admin/api-keys': CONTRACT,
  '/v1/admin/api-keys': CONTRACT,
  '/v1/documents/folders': WHOLE,
  '/v1/workspaces': CONTRACT,
  '/v1/workspace/:slug': OF_ONE,
  '/v1/workspace/:slug/chats': 'the caller names its size, and asks for one more to know of a rest',
  '/v1/workspace/:slug/thread/:threadSlug/chats':
    'the caller names its size, and asks for one more to know of a rest',
  '/v1/admin/workspaces/:workspaceId/users': CONTRACT,
  '/api/workspaces': CONTRACT,
  '/api/workspace/:slug/suggested-messages': CONTRACT,
  '/api/system/prompt-variables': CONTRACT,
  '/api/workspace/:slug/chats': CONTRACT,
  '/v1/openai/models': CONTRACT,
  '/v1/embed': CONTRACT,
  '/v1/embed/:uuid/chats': CONTRACT,
  '/v1/embed/:uuid/chats/:sessionId': CONTRACT,
  '/api/browser-extension/check': CONTRACT,
  '/api/browser-extension/workspaces': CONTRACT,
  '/api/browser-extension/api-keys': CONTRACT,
  '/api/embed/:uuid/:sessionId': 'the last 200 chats of a visitor, for the page that goes on with them',
};

interface Shape {
  type?: string;
  properties?: Record<string, Shape>;
  anyOf?: Shape[];
}

/** Whether an answer is or holds a list, and says nothing of a rest. */
function isSilent(shape: Shape): boolean {
  if (shape.anyOf !== undefined) return shape.anyOf.some(isSilent);
  const members = Object.entries(shape.properties ?? {});
  const isList = shape.type === 'array' || members.some(([, { type }]) => type === 'array');
  return isList && !members.some(([name]) => SAYS.test(name));
}

test('a list says whether there is more than it holds, or it is known to hold everything', () => {
  const silent = describedRoutes()
    .filter(({ method, responses }) => {
      const answer: unknown = (responses as Record<number, unknown> | undefined)?.[200];
      return method === 'GET' && typeof answer === 'object' && answer !== null && isSilent(answer);
    })
    .map(({ path }) => path);
  expect(silent.toSorted()).toEqual(Object.keys(WITHOUT_A_REST).toSorted());
});
