import { Type } from 'typebox';
import { SCOPES } from '../../access/index.ts';
import { invalidField } from '../../base/errors.ts';
import { mintForSession } from '../../identity/index.ts';
import {
  budgetsLeft,
  callerOf,
  getKey,
  KEY_STATES,
  limitsLeft,
  listKeys,
  mint,
  scopesOfKey,
  updateKey,
  viewKey,
  viewKeys,
} from '../../keys/index.ts';
import type { Key } from '../../keys/index.ts';
import { listed, type Models } from '../../models/index.ts';
import { readEtag } from './etag.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { changed, ChangedKey, keyEtag, keyParams as params, refuseWithoutKey } from './key-answers.ts';

const holdings = {
  role: Type.Optional(s.RoleName),
  scopes: Type.Optional(Type.Array(s.Grant, { minItems: 1, maxItems: 100 })),
  selectors: Type.Optional(s.SelectorsInput),
  limits: Type.Optional(s.Limits),
  budgets: Type.Optional(s.Budgets),
  expires_in_seconds: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_153_600_000 })),
  metadata: Type.Optional(s.Metadata),
  tags: Type.Optional(s.Tags),
};

/** The fields of a new key; also what a line of an import may hold. */
export const mintFields = {
  name: s.Name,
  owner: Type.Optional(
    Type.String({ maxLength: 200, description: "Id or name of the owner. Default: the caller's own owner" }),
  ),
  parent: Type.Optional(
    Type.String({
      pattern: '^key_[0-9A-Za-z]{12}$',
      description:
        'an id such as key_4fT9aBcDeF12: that of the parent key. Default: the caller, if it has limits, budgets, an expiry or a parent; otherwise none',
    }),
  ),
  ...holdings,
  expires_at: Type.Optional(s.Time),
};

const create = route({
  method: 'POST',
  path: '/v1/keys',
  id: 'keys.create',
  summary: 'Mint a key',
  description:
    'The answer contains the secret, and nothing else ever does. Send either role or scopes. The use of a child counts against each of its ancestors, and the child ends with them.',
  access: 'keys:write',
  headers: {
    'idempotency-key': 'Makes the request idempotent: a repeat with the same value makes no second key',
  },
  body: Type.Object(mintFields, { title: 'MintRequest', ...s.closed }),
  responses: { 201: s.NewKey },
  errors: ['scope_escalation', 'idempotent_repeat', 'idempotency_conflict'],
  handler: async ({ identity, keys, models }, { actor, body, headers, session }) => {
    const repeat = idempotencyKey(headers['idempotency-key']);
    const { key, secret } =
      session === undefined
        ? await mint(keys, actor, body, repeat)
        : await mintForSession(identity, session, { input: body, idempotencyKey: repeat });
    const location = { location: `/v1/keys/${key.id}` };
    return {
      status: 201,
      headers: { ...keyEtag(key), ...location },
      body: { key: await viewKey(keys, key), secret, warnings: warningsOf(models, key) },
    };
  },
});

/** A USD budget excludes models without a price: the answer to its creator says so. */
function warningsOf(models: Models, key: Key): string[] {
  const { holders, selectors } = callerOf(key);
  if (!holders.some(({ budgets }) => budgets.some(({ unit }) => unit === 'usd'))) return [];
  const names = models.unpricedModels(selectors.models);
  if (names.length === 0) return [];
  return [
    `This key counts against a budget in usd, so it cannot use models without a price: ${listed(names)}. Set their prices with keyward upstreams update NAME --prices JSON, or allow their use without a price with --unpriced allow.`,
  ];
}

function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  if (typeof header === 'string' && /^[\x21-\x7e]{1,200}$/.test(header)) return header;
  throw invalidField('header.idempotency-key', 'must be 1 to 200 visible ASCII characters');
}

const list = route({
  method: 'GET',
  path: '/v1/keys',
  id: 'keys.list',
  summary: 'List keys',
  description: "Newest first. Without owners:manage, only keys of the caller's owner.",
  access: 'keys:read',
  query: Type.Object(
    {
      state: Type.Optional(s.oneOf(KEY_STATES)),
      owner: Type.Optional(
        Type.String({
          maxLength: 100,
          description: 'Only keys of this owner: its id, such as own_4fT9aBcDeF12',
        }),
      ),
      parent: Type.Optional(
        Type.String({ maxLength: 100, description: 'Only children of this key: its id' }),
      ),
      role: Type.Optional(s.RoleName),
      tag: Type.Optional(Type.String({ maxLength: 60 })),
      q: Type.Optional(
        Type.String({
          maxLength: 200,
          description:
            'Only keys whose name or id contains this text, or whose secret has this visible part. That is its beginning, its last four characters, or its hint, such as sk-kw1…a1b2',
        }),
      ),
      unused_for_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_153_600_000 })),
      expiring_within_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_153_600_000 })),
      scopes: Type.Optional(
        s.oneOf(['unused'], {
          description:
            'unused: only keys with a scope that no request needed within 30 days, as of their last day of use',
        }),
      ),
      ...s.pageQuery,
    },
    s.closed,
  ),
  responses: { 200: s.pageOf(s.Key, 'KeyList') },
  handler: async ({ keys }, { actor, query }) => {
    const { items, next_cursor } = await listKeys(keys, actor, query);
    return { status: 200, body: { items: await viewKeys(keys, items), next_cursor } };
  },
});

const self = route({
  method: 'GET',
  path: '/v1/keys/self',
  id: 'keys.self',
  summary: "Get the caller's own key",
  description:
    "Includes the rest of all limits and budgets that its requests count against: its own, its ancestors' and its owners'. Needs no scope.",
  access: 'any',
  responses: {
    200: Type.Object(
      {
        key: s.Key,
        limits: Type.Array(s.LimitState),
        budgets: Type.Array(s.BudgetState),
        secret_id: Type.String({ description: 'Id of the secret that this request used' }),
      },
      { title: 'SelfKey' },
    ),
  },
  errors: ['conflict'],
  handler: async ({ keys }, { caller, secretId }) => {
    refuseWithoutKey(caller);
    const key = await viewKey(keys, await getKey(keys, { kind: 'system' }, caller.keyId));
    const budgets = await budgetsLeft(keys, caller);
    return { status: 200, body: { key, limits: limitsLeft(keys, caller), budgets, secret_id: secretId } };
  },
});

const get = route({
  method: 'GET',
  path: '/v1/keys/:id',
  id: 'keys.get',
  summary: 'One key',
  access: 'keys:read',
  params,
  responses: { 200: s.Key },
  errors: ['not_found'],
  handler: async ({ keys }, { actor, params: { id } }) => {
    const key = await getKey(keys, actor, id);
    return { status: 200, headers: keyEtag(key), body: await viewKey(keys, key) };
  },
});

const update = route({
  method: 'PATCH',
  path: '/v1/keys/:id',
  id: 'keys.update',
  summary: 'Change a key',
  description:
    'Replaces the named fields; all others stay. Running requests of the key and of its children end if they need a right that the change takes away. The answer arrives when every node acts on the change and these requests have ended: acknowledged counts them.',
  access: 'keys:write',
  params,
  headers: { 'if-match': 'The ETag from reading the key. The answer is 412 if the key has changed since' },
  body: Type.Object(
    {
      name: Type.Optional(s.Name),
      ...holdings,
      expires_at: Type.Optional(s.nullable(s.Time)),
      last_admin: Type.Optional(s.lastAdminFlag),
      running: Type.Optional(s.Running),
    },
    { title: 'KeyChange', minProperties: 1, ...s.closed },
  ),
  responses: { 200: ChangedKey },
  errors: ['not_found', 'scope_escalation', 'precondition_failed', 'conflict', 'last_admin'],
  handler: ({ keys }, { actor, params: { id }, body: { running, ...input }, headers }) =>
    changed(keys, updateKey(keys, actor, { id, input, running, revision: readEtag(headers['if-match']) })),
});

const KeyScope = Type.Object(
  {
    scope: s.oneOf(SCOPES),
    granted_by: s.Grant,
    last_used_on: s.nullable(
      Type.String({
        format: 'date',
        description: 'The last day on which a request needed it, in UTC, such as 2027-01-31. null: none did',
      }),
    ),
    unused: Type.Boolean({
      description: 'No request needed it in unused_after_days. Always false before the record is so old',
    }),
  },
  { title: 'KeyScope' },
);

const scopes = route({
  method: 'GET',
  path: '/v1/keys/:id/scopes',
  id: 'keys.scopes',
  summary: 'Which scopes of a key are used',
  description:
    'A request uses the scope that its route asks for, and each other one that changes its answer. Work that goes on after the request uses scopes too, such as a job that runs. So does a key that gives scopes to another key. What a child uses, its ancestors use. The record has days, and is written within a second.',
  access: 'keys:read',
  params,
  responses: {
    200: Type.Object(
      {
        recorded_since: Type.String({
          ...s.Time,
          description:
            'When the record began: when the key was made, got a scope that it did not have, or was enabled or restored',
        }),
        unused_after_days: Type.Integer({
          description: 'Days without a request that needs a scope, after which it is unused: 30',
        }),
        scopes: Type.Array(KeyScope, { description: 'The scopes that its role, noun:* and * stand for' }),
        narrowed: Type.Array(s.Grant, {
          description:
            'What stays without the unused scopes: scopes for PATCH /v1/keys/{id}. Empty: no scope is used',
        }),
      },
      { title: 'KeyScopes' },
    ),
  },
  errors: ['not_found'],
  handler: async ({ keys }, { actor, params: { id } }) => ({
    status: 200,
    body: await scopesOfKey(keys, actor, id),
  }),
});

export const keyRoutes: Route[] = [create, list, self, get, scopes, update];
