import { Type, type TOptional, type TSchema } from 'typebox';
import {
  addUpstream,
  getUpstream,
  HEALTH_STATES,
  listUpstreams,
  removeUpstream,
  testUpstream,
  UNPRICED,
  updateUpstream,
  type Models,
  type UpstreamHealth,
} from '../models/index.ts';
import { PRICE_MEMBERS } from '../usage/index.ts';
import { refuseBound } from '../workspaces/index.ts';
import { readEtag } from './keys/etag.ts';
import { refuseMeasured } from '../models/index.ts';
import type { Route } from './services.ts';
import { route } from './surface.ts';
import * as s from './schemas.ts';

const ModelEntry = Type.Union(
  [
    Type.String({ minLength: 1, maxLength: 200 }),
    Type.Object(
      {
        name: Type.String({ maxLength: 200 }),
        upstream_name: Type.String({ maxLength: 200 }),
        max_output_tokens: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 10_000_000,
            description:
              'Tokens of its longest answer. Keyward reserves them for, and writes them into, requests without a bound that count against a budget',
          }),
        ),
      },
      s.closed,
    ),
  ],
  { description: 'a name, or {name, upstream_name, max_output_tokens}' },
);

const priceMembers = <T extends TSchema>(schema: T) =>
  Object.fromEntries(PRICE_MEMBERS.map((member) => [member, Type.Optional(schema)])) as Record<
    (typeof PRICE_MEMBERS)[number],
    TOptional<T>
  >;
const Price = Type.Object(priceMembers(s.Decimal), s.closed);
const PriceView = Type.Object(priceMembers(Type.String({ description: 'A decimal number as text' })));
const PRICES = 'Model or pattern such as "gpt-*" → price';

const settings = {
  models: Type.Array(ModelEntry, {
    maxItems: 2000,
    description: 'The models of the upstream. Empty: all models that it lists',
  }),
  timeout_seconds: Type.Integer({ minimum: 1, maximum: 3600 }),
  weight: Type.Integer({ minimum: 0, maximum: 1000 }),
  prices: Type.Record(Type.String(), Price, { description: PRICES }),
  unpriced: s.oneOf(UNPRICED, {
    description:
      'refuse: a key with a budget in usd cannot use models without a price. allow: it may use them, at a cost of 0. Default: refuse',
  }),
  enabled: Type.Boolean(),
};

const writable = {
  api_key: Type.Optional(
    s.nullable(
      Type.String({ maxLength: 4096, description: 'Credential of the upstream. Write-only, stored sealed' }),
    ),
  ),
  headers: Type.Optional(
    Type.Record(Type.String(), Type.String({ maxLength: 4096 }), {
      description: 'Headers that Keyward sends with every request. Values are write-only',
    }),
  ),
  ...Type.Partial(Type.Object(settings)).properties,
};

const name = Type.String({ minLength: 1, maxLength: 63 });
const base_url = Type.String({
  minLength: 8,
  maxLength: 2000,
  description: 'an http or https URL with the prefix of the API, such as https://api.openai.com/v1',
});

const Health = Type.Object(
  {
    state: s.oneOf(HEALTH_STATES, {
      description:
        'open: requests for some of its models go elsewhere, until one of them is tried again. failing: the last one failed. unused: none was sent',
    }),
    open_models: Type.Array(Type.String(), { description: 'Names that the upstream has for those models' }),
    retry_in_seconds: s.nullable(Type.Integer(), { description: 'Until the next try; null: none is open' }),
    last_test: s.nullable(Type.Object({ ok: Type.Boolean(), at: s.Time, detail: Type.String() }), {
      description: 'The end of its last test; null: not tested',
    }),
  },
  { title: 'UpstreamHealth', description: 'What this process has seen of it since it started' },
);

const Upstream = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    base_url: Type.String(),
    has_api_key: Type.Boolean(),
    api_key_hint: s.nullable(Type.String()),
    headers: Type.Array(Type.String()),
    ...settings,
    prices: Type.Record(Type.String(), PriceView, { description: PRICES }),
    created_at: s.Time,
    updated_at: s.Time,
    revision: Type.Integer(),
    warnings: Type.Array(Type.String(), { description: 'Warnings, for example of models without a price' }),
    health: Health,
  },
  { title: 'Upstream' },
);

const params = s.idParam('up');
const etag = ({ revision }: { revision: number }) => ({ etag: `"${revision}"` });
const ifMatch = {
  'if-match': 'The ETag from reading the upstream. The answer is 412 if it has changed since',
};

const given = (header: string | undefined): { ifRevision?: number } => {
  const ifRevision = readEtag(header);
  return ifRevision === undefined ? {} : { ifRevision };
};

const shown = <T extends { id: string }>(
  { health }: Models,
  upstream: T,
): T & { health: UpstreamHealth } => ({
  ...upstream,
  health: health.of(upstream.id),
});

/** A person who can set the URL of an upstream receives every prompt that is sent there. */
const ALL_CHATS =
  'An upstream receives the chats of all workspaces, so a key that is bound to some may not change it.';

export const upstreamRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/upstreams',
    id: 'upstreams.add',
    summary: 'Add an upstream (a server of models)',
    description: ALL_CHATS,
    access: 'models:manage',
    body: Type.Object({ name, base_url, ...writable }, { title: 'UpstreamRequest', ...s.closed }),
    responses: { 201: Upstream },
    errors: ['conflict', 'forbidden_resource', 'scope_escalation'],
    handler: async ({ models }, { actor, caller, body }) => {
      refuseBound(caller);
      refuseMeasured(caller);
      const upstream = await addUpstream(models, body, actor);
      return {
        status: 201,
        headers: { location: `/v1/upstreams/${upstream.id}`, ...etag(upstream) },
        body: shown(models, upstream),
      };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/upstreams',
    id: 'upstreams.list',
    summary: 'List upstreams',
    access: 'models:manage',
    query: Type.Object(s.pageQuery, s.closed),
    responses: { 200: s.pageOf(Upstream, 'UpstreamList') },
    handler: async ({ models }, { query: { limit, cursor } }) => {
      const page = { ...(limit === undefined ? {} : { limit }), ...(cursor === undefined ? {} : { cursor }) };
      const { items, next_cursor } = await listUpstreams(models, page);
      return { status: 200, body: { items: items.map((one) => shown(models, one)), next_cursor } };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/upstreams/:id',
    id: 'upstreams.get',
    summary: 'One upstream',
    access: 'models:manage',
    params,
    responses: { 200: Upstream },
    errors: ['not_found'],
    handler: async ({ models }, { params: { id } }) => {
      const upstream = await getUpstream(models, id);
      return { status: 200, headers: etag(upstream), body: shown(models, upstream) };
    },
  }),
  route({
    method: 'PATCH',
    path: '/v1/upstreams/:id',
    id: 'upstreams.update',
    summary: 'Change an upstream',
    description: ALL_CHATS,
    access: 'models:manage',
    params,
    headers: ifMatch,
    body: Type.Object(
      { name: Type.Optional(name), base_url: Type.Optional(base_url), ...writable },
      { title: 'UpstreamChange', minProperties: 1, ...s.closed },
    ),
    responses: { 200: Upstream },
    errors: ['not_found', 'conflict', 'precondition_failed', 'forbidden_resource', 'scope_escalation'],
    handler: async ({ models }, { actor, caller, params: { id }, body, headers }) => {
      refuseBound(caller);
      refuseMeasured(caller);
      const change = { id, input: body, ...given(headers['if-match']) };
      const upstream = await updateUpstream(models, change, actor);
      return { status: 200, headers: etag(upstream), body: shown(models, upstream) };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/upstreams/:id',
    id: 'upstreams.remove',
    summary: 'Remove an upstream',
    description: ALL_CHATS,
    access: 'models:manage',
    params,
    headers: ifMatch,
    responses: { 204: null },
    errors: ['not_found', 'precondition_failed', 'forbidden_resource', 'scope_escalation'],
    handler: async ({ models }, { actor, caller, params: { id }, headers }) => {
      refuseBound(caller);
      refuseMeasured(caller);
      await removeUpstream(models, { id, ...given(headers['if-match']) }, actor);
      return { status: 204 };
    },
  }),
  route({
    method: 'POST',
    path: '/v1/upstreams/:id/test',
    id: 'upstreams.test',
    summary: 'Test an upstream with one real request',
    access: 'models:manage',
    params,
    responses: {
      200: Type.Object(
        {
          ok: Type.Boolean(),
          steps: Type.Array(
            Type.Object({
              step: Type.String(),
              ok: Type.Boolean(),
              took_ms: Type.Number(),
              detail: Type.String(),
            }),
          ),
        },
        { title: 'UpstreamTest' },
      ),
    },
    errors: ['not_found', 'conflict'],
    handler: async ({ models }, { params: { id } }) => ({
      status: 200,
      body: await testUpstream(models, id),
    }),
  }),
];
