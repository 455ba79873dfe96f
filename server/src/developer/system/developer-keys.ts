import { Type } from 'typebox';
import { isoTime } from '../../base/clock.ts';
import { mintForSession } from '../../identity/index.ts';
import type { User } from '../../identity/index.ts';
import { listNumbered, maskOf, mint, revokeNumbered } from '../../keys/index.ts';
import type { Actor } from '../../access/index.ts';
import type { KeyWithSecrets, Minted } from '../../keys/index.ts';
import { empty, json, phrase } from '../answers.ts';
import { field, readFlag, readId } from '../fields.ts';
import type { Answer, Route, Services } from '../../http/index.ts';
import { route } from '../surface.ts';
import { lastAdminFlag, nullable, Time } from '../../http/index.ts';

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

/** Every key here has a name; this one shows as none. */
const UNNAMED = 'unnamed';
const NAME_MAX = 200;
const NO_KEY = 0;

const body = Type.Object(
  {
    name: Type.Optional(
      field(Type.String(), (value) => {
        const name = typeof value === 'string' ? value.trim().slice(0, NAME_MAX).toWellFormed() : '';
        return name === '' ? UNNAMED : name;
      }),
    ),
  },
  { title: 'NewApiKey' },
);
const removal = Type.Object(
  { last_admin: Type.Optional(field(lastAdminFlag, readFlag)) },
  { title: 'ApiKeyRemoval' },
);
/** undefined: no number at all. */
const params = Type.Object({
  id: field(Type.String(), (value) => (Number.isNaN(Number(value)) ? undefined : (readId(value) ?? NO_KEY))),
});
const NEWEST = 'The newest 1,000; GET /v1/keys has pages.';
const UNAUTHORIZED = { 401: 'stream' as const };

const shownName = (name: string): string | null => (name === UNNAMED ? null : name);

/** The user who made a key in a session; null for everybody else. */
function creatorOf({ createdBy }: Pick<KeyWithSecrets, 'createdBy'>): number | null {
  const id = /^user:(\d+)$/.exec(createdBy)?.[1];
  return id === undefined ? null : Number(id);
}

async function list({ keys, identity }: Services, actor: Actor): Promise<Answer> {
  const found = await listNumbered(keys, actor);
  const users = await identity.usersById(found.map(creatorOf).filter((id) => id !== null));
  const apiKeys = found.map((key) => {
    const creator = creatorOf(key);
    return {
      id: key.number,
      name: shownName(key.name),
      secret: maskOf(key),
      createdBy: creator === null ? null : (brief(users.get(creator)) ?? creator),
      createdAt: isoTime(key.createdAt),
      lastUpdatedAt: isoTime(key.createdAt),
    };
  });
  return json({ apiKeys, error: null });
}

const brief = (user: User | undefined) =>
  user === undefined ? undefined : { id: user.id, username: user.username, role: user.role };

/** A key that may do everything; a key that makes one must do so itself: `scope_escalation`. */
const mayAll = ({ name }: { name: string }) => ({ name, role: 'admin' }) as const;

function created({ key, secret }: Minted): Answer {
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
async function remove(
  { keys }: Services,
  actor: Actor,
  { number, isLastMeant }: { number: number | undefined; isLastMeant: boolean },
): Promise<Answer> {
  if (number === undefined) return phrase(400);
  await revokeNumbered(keys, actor, { number, isLastMeant });
  return empty(200);
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
  const common = { access: 'session', mode, roles: ['admin'] } as const;
  const where = mode === 'single' ? 'Without users.' : 'In multi-user mode, for admins.';
  return [
    route({
      ...common,
      method: 'GET',
      path: listPath,
      id: `api_keys.list_${mode}`,
      summary: 'All keys',
      description: `${where} ${NEWEST}`,
      responses: { ...shapes.list, ...UNAUTHORIZED },
      handler: (services, { session }) => list(services, session.actor),
    }),
    route({
      ...common,
      method: 'POST',
      path: createPath,
      id: `api_keys.create_${mode}`,
      summary: 'Make a key that may do everything',
      description: `${where} The secret is in this answer and nowhere else, ever.`,
      body,
      responses: { ...shapes.create, ...UNAUTHORIZED },
      handler: async ({ identity }, { session, body }) =>
        created(await mintForSession(identity, session, { input: mayAll(body) })),
    }),
    ...removePaths.map((path, index) =>
      route({
        ...common,
        method: 'DELETE',
        path,
        id: `api_keys.delete_${mode}${index === 0 ? '' : `_${index + 1}`}`,
        summary: 'Revoke a key',
        description: where,
        params,
        body: removal,
        responses: { ...shapes.remove, ...UNAUTHORIZED },
        handler: (services, { session, params: { id: number }, body: { last_admin: isLastMeant } }) =>
          remove(services, session.actor, { number, isLastMeant }),
      }),
    ),
  ];
});

/** Published clients look for these; here they are behind scopes. */
const keyedRoutes = [
  route({
    method: 'GET',
    path: '/v1/admin/api-keys',
    id: 'api_keys.list',
    summary: 'All keys',
    description: `Without owners:manage, those of the caller's owner. ${NEWEST}`,
    access: 'keys:read',
    responses: shapes.list,
    handler: (services, { actor }) => list(services, actor),
  }),
  route({
    method: 'POST',
    path: '/v1/admin/generate-api-key',
    id: 'api_keys.create',
    summary: 'Make a key that may do everything',
    description:
      'The caller must be able to do everything itself. The secret is in this answer and nowhere else.',
    access: 'keys:write',
    body,
    responses: shapes.create,
    handler: async ({ keys }, { actor, body }) => created(await mint(keys, actor, mayAll(body))),
  }),
  route({
    method: 'DELETE',
    path: '/v1/admin/delete-api-key/:id',
    id: 'api_keys.delete',
    summary: 'Revoke a key',
    access: 'keys:write',
    params,
    body: removal,
    responses: shapes.remove,
    handler: (services, { actor, params: { id: number }, body: { last_admin: isLastMeant } }) =>
      remove(services, actor, { number, isLastMeant }),
  }),
];

export const developerKeysRoutes: Route[] = [...sessionRoutes, ...keyedRoutes];
