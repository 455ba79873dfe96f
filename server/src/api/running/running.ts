import { Type } from 'typebox';
import type { RunView } from '../../nodes/index.ts';
import { listRunning, stopRequest, stopRequests } from '../../keys/index.ts';
import type { Route } from '../../http/index.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';

const RunningRequest = Type.Object(
  {
    id: Type.String({ description: 'To stop it by' }),
    key_id: s.nullable(Type.String({ description: 'null: it came with a session or without a key' })),
    owner_id: s.nullable(Type.String()),
    route: Type.String({ description: 'The operationId of its endpoint' }),
    model: s.nullable(Type.String({ description: 'The model that answers; null: none yet' })),
    age_seconds: Type.Number(),
    tokens_in: Type.Integer({ description: 'Up to now, estimated where the upstream has not said' }),
    tokens_out: Type.Integer(),
    node: Type.String({ description: 'The process that carries it out' }),
  },
  { title: 'RunningRequest' },
);

const RunningList = Type.Object(
  {
    items: Type.Array(RunningRequest),
    next_cursor: s.nullable(Type.String()),
    missing_nodes: Type.Integer({
      description: 'Processes that did not answer in time; what they carry out is not in the list',
    }),
  },
  { title: 'RunningList' },
);

const Stopped = Type.Object(
  {
    acknowledged: s.Acknowledged,
    missing_nodes: Type.Integer({
      description: 'Processes that did not answer in time; what they carry out may not have been found',
    }),
  },
  { title: 'StoppedRequests' },
);

const shown = ({ startedAt: _startedAt, age_ms, ...run }: RunView) => ({
  ...run,
  age_seconds: Math.round(age_ms) / 1000,
});

export const runningRoutes: Route[] = [
  route({
    method: 'GET',
    path: '/v1/running',
    id: 'running.list',
    summary: 'List the requests that are being answered',
    description:
      "On all processes, newest first, this one included. Without keys:read those of the caller's own key; with it those of the keys that it may see.",
    access: 'any',
    query: Type.Object(s.pageQuery, s.closed),
    responses: { 200: RunningList },
    handler: async ({ keys }, { actor, query }) => {
      const { items, ...rest } = await listRunning(keys, actor, query);
      return { status: 200, body: { items: items.map(shown), ...rest } };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/running/:id/stop',
    id: 'running.stop',
    summary: 'Stop a request that is being answered',
    description:
      'Its key goes on. Acknowledged like a revocation: nothing more of it takes effect. The own key needs no scope, others keys:write.',
    access: 'any',
    params: Type.Object({
      id: Type.String({ pattern: '^run_[0-9A-Za-z]{12}_[0-9a-z]{1,12}$', description: 'As the list has it' }),
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
    description: 'Name exactly one. Of an owner or a tag: those that run at this moment.',
    access: 'any',
    body: Type.Object(
      {
        key: Type.Optional(Type.String({ maxLength: 100, description: 'Id of a key' })),
        owner: Type.Optional(Type.String({ maxLength: 100, description: 'Id of an owner' })),
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
