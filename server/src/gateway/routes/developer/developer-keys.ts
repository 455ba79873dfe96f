import { Type } from 'typebox';
import { isoTime } from '../../../base/clock.ts';
import type { Session } from '../../../identity/index.ts';
import { ensureAdminOwner, listNumbered, maskOf, mint, revokeNumbered } from '../../../keys/index.ts';
import type { Actor, KeyWithSecrets } from '../../../keys/index.ts';
import { empty, json, phrase } from '../../developer/answers.ts';
import { textField } from '../../developer/body-fields.ts';
import { pathId } from '../../developer/path-id.ts';
import type { Answer, Route } from '../../route.ts';
import { route } from '../../route.ts';
import { nullable, Time } from '../../schemas.ts';
import type { Services } from '../../services.ts';

/*
 * Keys as the web application and clients of the Developer API know them: whole numbers, no scopes to choose. They are
 * the keys of /v1/keys, all of them; those made here may do everything.
 */

const Creator = Type.Object({ id: Type.Integer(), username: Type.String(), role: Type.String() });

const ApiKey = Type.Object(
  {
    id: Type.Integer(),
    name: nullable(Type.String()),
    secret: Type.String({ description: 'Whole where the key was made just now; otherwise its end' }),
    createdBy: nullable(Type.Union([Type.Integer(), Creator])),
    createdAt: Time,
    lastUpdatedAt: Time,
  },
  { title: 'ApiKey' },
);

const shapes = {
  list: { 200: Type.Object({ apiKeys: Type.Array(ApiKey), error: Type.Null() }) },
  create: { 200: Type.Object({ apiKey: ApiKey, error: Type.Null() }) },
  remove: { 200: null, 400: 'stream' as const },
};
const body = Type.Object({ name: Type.Optional(Type.String()) }, { title: 'NewApiKey' });
const params = Type.Object({ id: Type.String() });
const UNAUTHORIZED = { 401: 'stream' as const };

/** Every key here has a name; this one shows as none. */
const UNNAMED = 'unnamed';
const NAME_MAX = 200;

const shownName = (name: string): string | null => (name === UNNAMED ? null : name);

/** The user who made a key in a session; null for everybody else. */
function creatorOf({ createdBy }: Pick<KeyWithSecrets, 'createdBy'>): number | null {
  const id = /^user:(\d+)$/.exec(createdBy)?.[1];
  return id === undefined ? null : Number(id);
}

async function list({ keys, identity }: Services, actor: Actor): Promise<Answer> {
  const users = new Map(
    (await identity.listUsers()).map(({ id, username, role }) => [id, { id, username, role }]),
  );
  const found = await listNumbered(keys, actor);
  const apiKeys = found.map((key) => {
    const creator = creatorOf(key);
    return {
      id: key.number,
      name: shownName(key.name),
      secret: maskOf(key),
      createdBy: creator === null ? null : (users.get(creator) ?? creator),
      createdAt: isoTime(key.createdAt),
      lastUpdatedAt: isoTime(key.createdAt),
    };
  });
  return json({ apiKeys, error: null });
}

/** A key that may do everything; a key that makes one must do so itself: `scope_escalation`. */
async function create(
  { keys }: Services,
  { actor, owner, fields }: { actor: Actor; owner: string | undefined; fields: Record<string, unknown> },
): Promise<Answer> {
  const name = (textField(fields, 'name') ?? '').trim().slice(0, NAME_MAX).toWellFormed();
  const { key, secret } = await mint(keys, actor, {
    name: name === '' ? UNNAMED : name,
    role: 'admin',
    owner,
  });
  const apiKey = {
    id: key.number,
    name: shownName(key.name),
    secret,
    createdBy: creatorOf(key),
    createdAt: isoTime(key.createdAt),
    lastUpdatedAt: isoTime(key.createdAt),
  };
  return json({ apiKey, error: null });
}

/** One that is not there is no failure. */
async function remove({ keys }: Services, actor: Actor, id: string): Promise<Answer> {
  const number = pathId(id);
  if (number === undefined) return phrase(400);
  await revokeNumbered(keys, actor, number);
  return empty(200);
}

/** Whose the keys are that somebody makes who is logged in. */
async function ownerOf({ keys }: Services, session: Session): Promise<string | undefined> {
  if (session.kind === 'user') return session.user.ownerId;
  return session.actor.kind === 'key' ? undefined : (await ensureAdminOwner(keys)).id;
}

/** Administrators see, make and end keys; without users, whoever knows the password. */
const sessionRoutes = (
  [
    ['single', '/api/system/api-keys', '/api/system/generate-api-key', ['/api/system/api-key/:id']],
    [
      'multi',
      '/api/admin/api-keys',
      '/api/admin/generate-api-key',
      ['/api/admin/delete-api-key/:id', '/api/admin/api-key/:id'],
    ],
  ] as const
).flatMap(([mode, listPath, createPath, removePaths]) => {
  const common = { access: 'session', mode, roles: ['admin'], surface: 'developer' } as const;
  const where = mode === 'single' ? 'Without users.' : 'In multi-user mode, for admins.';
  return [
    route({
      ...common,
      method: 'GET',
      path: listPath,
      id: `apiKeys.list_${mode}`,
      summary: 'All keys',
      description: where,
      responses: { ...shapes.list, ...UNAUTHORIZED },
      handler: (services, { session }) => list(services, session.actor),
    }),
    route({
      ...common,
      method: 'POST',
      path: createPath,
      id: `apiKeys.create_${mode}`,
      summary: 'Make a key that may do everything',
      description: `${where} The secret is in this answer and nowhere else, ever.`,
      bodyKind: 'lenient',
      body,
      responses: { ...shapes.create, ...UNAUTHORIZED },
      handler: async (services, { session, body }) => {
        const owner = await ownerOf(services, session);
        return create(services, { actor: session.actor, owner, fields: body });
      },
    }),
    ...removePaths.map((path, index) =>
      route({
        ...common,
        method: 'DELETE',
        path,
        id: `apiKeys.delete_${mode}${index === 0 ? '' : `_${index + 1}`}`,
        summary: 'Revoke a key',
        description: where,
        params,
        responses: { ...shapes.remove, ...UNAUTHORIZED },
        handler: (services, { session, params: { id } }) => remove(services, session.actor, id),
      }),
    ),
  ];
});

/** Published clients look for these; here they are behind scopes. */
const keyedRoutes = [
  route({
    method: 'GET',
    path: '/v1/admin/api-keys',
    id: 'apiKeys.list',
    summary: 'All keys',
    description: "Without owners:manage, those of the caller's owner.",
    access: 'keys:read',
    surface: 'developer',
    responses: shapes.list,
    handler: (services, { actor }) => list(services, actor),
  }),
  route({
    method: 'POST',
    path: '/v1/admin/generate-api-key',
    id: 'apiKeys.create',
    summary: 'Make a key that may do everything',
    description:
      'The caller must be able to do everything itself. The secret is in this answer and nowhere else.',
    access: 'keys:write',
    surface: 'developer',
    bodyKind: 'lenient',
    body,
    responses: shapes.create,
    handler: (services, { actor, body }) => create(services, { actor, owner: undefined, fields: body }),
  }),
  route({
    method: 'DELETE',
    path: '/v1/admin/delete-api-key/:id',
    id: 'apiKeys.delete',
    summary: 'Revoke a key',
    access: 'keys:write',
    surface: 'developer',
    params,
    responses: shapes.remove,
    handler: (services, { actor, params: { id } }) => remove(services, actor, id),
  }),
];

export const developerKeysRoutes: Route[] = [...sessionRoutes, ...keyedRoutes];
