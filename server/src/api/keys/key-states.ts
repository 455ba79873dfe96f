import { Type, type Static } from 'typebox';
import {
  changeState,
  endSecret,
  OVERLAP_MAX_SECONDS,
  rotate,
  STATE_VERBS,
  viewKey,
} from '../../keys/index.ts';
import type { StateVerb } from '../../keys/index.ts';
import type { Route } from '../services.ts';
import { route } from '../surface.ts';
import * as s from '../schemas.ts';
import { changed, ChangedKey, keyEtag, keyParams as params, refuseWithoutKey } from './key-answers.ts';

const reasonOnly = Type.Object({ reason: Type.Optional(s.Reason) }, s.closed);
const ending = Type.Object(
  { reason: Type.Optional(s.Reason), last_admin: Type.Optional(s.lastAdminFlag) },
  { title: 'EndRequest', ...s.closed },
);

/** The parts of a request that change the state of a key. */
const asked = ({ reason, last_admin }: Static<typeof ending>) => ({ reason, isLastMeant: last_admin });

const revokeSelf = route({
  method: 'POST',
  path: '/v1/keys/self/revoke',
  id: 'keys.revoke_self',
  summary: "Revoke the caller's own key",
  description: 'For a client that finds that its key has leaked. Needs no scope.',
  access: 'any',
  body: ending,
  bodyOptional: true,
  responses: { 200: ChangedKey },
  errors: ['last_admin', 'conflict'],
  handler: ({ keys }, { actor, caller, body }) => {
    refuseWithoutKey(caller);
    return changed(keys, changeState(keys, actor, { id: caller.keyId, verb: 'revoke', ...asked(body) }));
  },
});

const rotateKey = route({
  method: 'POST',
  path: '/v1/keys/:id/rotate',
  id: 'keys.rotate',
  summary: 'Rotate a key: add a new secret',
  description:
    'The old secret works for overlap_seconds (default: 86,400). With end: "quiet" it works until it has had no use for quiet_seconds (default: 3,600). secrets[].last_used_at and last_used_from show its last use.',
  access: 'keys:write',
  params,
  body: Type.Object(
    {
      overlap_seconds: Type.Optional(Type.Integer({ minimum: 0, maximum: OVERLAP_MAX_SECONDS })),
      end: Type.Optional(s.oneOf(['quiet'])),
      quiet_seconds: Type.Optional(Type.Integer({ minimum: 10, maximum: OVERLAP_MAX_SECONDS })),
      running: Type.Optional(s.Running),
    },
    { title: 'RotateRequest', ...s.closed },
  ),
  bodyOptional: true,
  responses: { 200: s.RotatedKey },
  errors: ['not_found', 'scope_escalation', 'rotation_running', 'conflict'],
  handler: async ({ keys }, { actor, params: { id }, body }) => {
    const { key, secret, acknowledged } = await rotate(keys, actor, { id, input: body });
    return {
      status: 200,
      headers: keyEtag(key),
      body: { key: await viewKey(keys, key), secret, acknowledged },
    };
  },
});

const endOldSecret = route({
  method: 'POST',
  path: '/v1/keys/:id/secrets/:secret_id/end',
  id: 'keys.end_secret',
  summary: 'End the old secret of a rotation at once',
  access: 'keys:write',
  params: Type.Object({ id: params.properties.id, secret_id: Type.String({ maxLength: 100 }) }),
  responses: { 200: ChangedKey },
  errors: ['not_found', 'conflict', 'scope_escalation'],
  handler: ({ keys }, { actor, params: { id, secret_id } }) =>
    changed(keys, endSecret(keys, actor, { id, secretId: secret_id })),
});

const STATE_SUMMARIES: Record<StateVerb, string> = {
  disable: 'Disable a key for a while',
  enable: 'Enable a disabled or quarantined key',
  quarantine: 'Quarantine a key: it may only read, 60 requests a minute',
  revoke: 'Revoke a key',
  restore: 'Restore a key revoked within the last 30 days',
};

const GIVING: readonly StateVerb[] = ['enable', 'restore'];

const stateRoutes = STATE_VERBS.map((verb) =>
  route({
    method: 'POST',
    path: `/v1/keys/:id/${verb}`,
    id: `keys.${verb}`,
    summary: STATE_SUMMARIES[verb],
    access: 'keys:write',
    params,
    body: GIVING.includes(verb) ? reasonOnly : ending,
    bodyOptional: true,
    responses: { 200: ChangedKey },
    errors: [
      'not_found',
      'conflict',
      'scope_escalation',
      ...(GIVING.includes(verb) ? [] : (['last_admin'] as const)),
    ],
    handler: ({ keys }, { actor, params: { id }, body }) =>
      changed(keys, changeState(keys, actor, { id, verb, ...asked(body) })),
  }),
);

const remove = route({
  method: 'DELETE',
  path: '/v1/keys/:id',
  id: 'keys.delete',
  summary: 'Revoke a key',
  access: 'keys:write',
  params,
  body: ending,
  bodyOptional: true,
  responses: { 200: ChangedKey },
  errors: ['not_found', 'scope_escalation', 'last_admin'],
  handler: ({ keys }, { actor, params: { id }, body }) =>
    changed(keys, changeState(keys, actor, { id, verb: 'revoke', ...asked(body) })),
});

export const keyStateRoutes: Route[] = [revokeSelf, remove, rotateKey, endOldSecret, ...stateRoutes];
