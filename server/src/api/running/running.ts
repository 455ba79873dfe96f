import { Type } from 'typebox';
import { listRunning, stopRequest, stopRequests, type NamedRun } from '../../keys/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';

const RunningRequest = Type.Object(
  {
    id: Type.String({ description: 'Id of the request, for running/stop' }),
    key_id: s.nullable(
      Type.String({ description: 'Id of the key. null: the request has a session or no key' }),
    ),
    key_name: s.nullable(Type.String({ description: 'Name of the key' })),
    owner_id: s.nullable(Type.String()),
    owner_name: s.nullable(Type.String({ description: 'Name of the owner' })),
    route: Type.String({ description: 'operationId of the endpoint' }),
    model: s.nullable(
      Type.String({ description: 'The model that answers, or that is waited for. null: none was asked yet' }),
    ),
    age_seconds: Type.Number(),
    tokens_in: Type.Integer({ description: 'Tokens so far, estimated until the upstream reports them' }),
    tokens_out: Type.Integer(),
    progress: s.nullable(
      Type.Object({
        done: Type.Integer({ description: 'Embedded so far' }),
        total: Type.Integer({ description: 'All of them' }),
      }),
      {
        description: 'Passages of the document that is embedded now. null: the request embeds none',
      },
    ),
    node: Type.String({ description: 'Id of the process that runs the request' }),
  },
  { title: 'RunningRequest' },
);

const RunningList = Type.Object(
  {
    items: Type.Array(RunningRequest),
    next_cursor: s.nullable(Type.String()),
    missing_nodes: Type.Integer({
      description: 'Number of processes that did not answer in time. Their requests are not in the list',
    }),
  },
  { title: 'RunningList' },
);

const Stopped = Type.Object(
  {
    acknowledged: s.Acknowledged,
    missing_nodes: Type.Integer({
      description: 'Number of processes that did not answer in time. Their requests may not have been found',
    }),
  },
  { title: 'StoppedRequests' },
);

export const shownRun = ({ startedAt: _startedAt, age_ms, ...run }: NamedRun) => ({
  ...run,
  age_seconds: Math.round(age_ms) / 1000,
});

export const runningRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/running',
    id: 'running.list',
    summary: 'List the running requests',
    description:
      "Lists all processes, newest first, this request included. Without keys:read, only requests of the caller's own key. With it, requests of all keys that the caller may see.",
    access: 'any',
    query: Type.Object(s.pageQuery, s.closed),
    responses: { 200: RunningList },
    handler: async ({ keys }, { actor, query }) => {
      const { items, ...rest } = await listRunning(keys, actor, query);
      return { status: 200, body: { items: items.map(shownRun), ...rest } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/running/:id/stop',
    id: 'running.stop',
    summary: 'Stop a running request',
    description:
      'Its key stays active. Acknowledged like a revocation: no further part of the request takes effect. Requests of the own key need no scope, others need keys:write.',
    access: 'any',
    params: Type.Object({
      id: Type.String({
        pattern: '^run_[0-9A-Za-z]{12}_[0-9a-z]{1,12}$',
        description: 'Id from the list of running requests',
      }),
    }),
    responses: { 200: Stopped },
    errors: ['not_found', 'insufficient_scope', 'not_ready'],
    handler: async ({ keys }, { actor, params: { id } }) => ({
      status: 200,
      body: await stopRequest(keys, actor, id),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/running/stop',
    id: 'running.stop_all',
    summary: 'Stop all requests of a key, an owner or a tag',
    description:
      'Send exactly one of key, owner and tag. For an owner or a tag, it stops the requests that are running now.',
    access: 'any',
    body: Type.Object(
      {
        key: Type.Optional(Type.String({ maxLength: 100, description: 'Id of a key' })),
        owner: Type.Optional(
          Type.String({
            maxLength: 100,
            description: 'Only keys of this owner: its id, such as own_4fT9aBcDeF12',
          }),
        ),
        tag: Type.Optional(Type.String({ maxLength: 60, description: 'Of keys' })),
      },
      { title: 'StopRequest', minProperties: 1, ...s.closed },
    ),
    responses: { 200: Stopped },
    errors: ['not_found', 'insufficient_scope', 'conflict'],
    handler: async ({ keys }, { actor, body }) => ({
      status: 200,
      body: await stopRequests(keys, actor, body),
    }),
  }),
];
