import { Type, type Static } from 'typebox';
import { isoTime } from '../../base/clock.ts';
import { mintForSession, type Session } from '../../identity/index.ts';
import { listNumbered, maskOf, mint, revokeNumbered } from '../../keys/index.ts';
import type { Actor } from '../../access/index.ts';
import type { KeyWithSecrets } from '../../keys/index.ts';
import { empty, json, phrase } from '../answers.ts';
import { field, readFlag, readId } from '../fields.ts';
import { lastAdminFlag, nullable, Time, type Answer, type Decoded } from '../../http/index.ts';
import type { Route, SystemServices } from '../services.ts';
import { shaped } from '../schemas.ts';
import { systemRoute } from '../surface.ts';

/*
 * The keys of /v1/keys under whole numbers, as clients of the Developer API expect them. Keys that are made here have all
 * scopes.
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

type ApiKeyView = Static<typeof ApiKey>;

/** Every key has a name; this one is shown as null. */
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
  { title: 'ApiKeyRequest' },
);
const removal = Type.Object(
  { last_admin: Type.Optional(field(lastAdminFlag, readFlag)) },
  { title: 'ApiKeyRemoval' },
);
/** undefined: not a number. */
const params = Type.Object({
  id: field(Type.String(), (value) => (Number.isNaN(Number(value)) ? undefined : (readId(value) ?? NO_KEY))),
});

/** The user whose session made a key; null for other keys. */
function creatorOf({ createdBy }: Pick<KeyWithSecrets, 'createdBy'>): number | null {
  const id = /^user:(\d+)$/.exec(createdBy)?.[1];
  return id === undefined ? null : Number(id);
}

const viewKey = (key: KeyWithSecrets, secret: string, createdBy: ApiKeyView['createdBy']): ApiKeyView => ({
  id: key.number,
  name: key.name === UNNAMED ? null : key.name,
  secret,
  createdBy,
  createdAt: isoTime(key.createdAt),
  lastUpdatedAt: isoTime(key.createdAt),
});

async function list({ keys, identity }: SystemServices, actor: Actor): Promise<Answer> {
  const found = await listNumbered(keys, actor);
  const users = await identity.usersById(found.map(creatorOf).filter((id) => id !== null));
  const apiKeys = found.map((key) => {
    const creator = creatorOf(key);
    const user = creator === null ? undefined : users.get(creator);
    return viewKey(key, maskOf(key), user === undefined ? creator : shaped(Creator, user));
  });
  return json({ apiKeys, error: null });
}

interface Removal {
  params: Decoded<typeof params>;
  body: Decoded<typeof removal>;
}

/** Idempotent. */
async function remove(
  { keys }: SystemServices,
  actor: Actor,
  { params: { id: number }, body: { last_admin: isLastMeant } }: Removal,
): Promise<Answer> {
  if (number === undefined) return phrase(400);
  await revokeNumbered(keys, actor, { number, isLastMeant });
  return empty(200);
}

/** Keys are administered by admins, by the session of the one password, and by keys with the scopes. */
const AUDIENCES = [
  {
    name: '_single',
    declared: { access: 'session', mode: 'single', roles: ['admin'] },
    where: 'Without users. ',
    paths: ['/api/system/api-keys', '/api/system/generate-api-key', '/api/system/api-key/:id'],
  },
  {
    name: '_multi',
    declared: { access: 'session', mode: 'multi', roles: ['admin'] },
    where: 'In multi-user mode, for admins. ',
    paths: [
      '/api/admin/api-keys',
      '/api/admin/generate-api-key',
      '/api/admin/delete-api-key/:id',
      '/api/admin/api-key/:id',
    ],
  },
  {
    name: '',
    declared: {},
    where: '',
    paths: ['/v1/admin/api-keys', '/v1/admin/generate-api-key', '/v1/admin/delete-api-key/:id'],
  },
] as const;

const actorOf = ({ session, actor }: { session: Session | undefined; actor: Actor | undefined }): Actor =>
  session?.actor ?? (actor as Actor);

export const developerKeysRoutes: Route[] = AUDIENCES.flatMap(({ name, declared, where, paths }) => {
  const [listPath, createPath, ...removePaths] = paths;
  const isKeyed = name === '';
  const refused = isKeyed ? {} : ({ 401: 'stream' } as const);
  const inList = isKeyed ? "Without owners:manage, those of the caller's owner. " : where;
  const onCreation = isKeyed ? 'The caller must be able to do everything itself. ' : where;
  return [
    systemRoute({
      access: 'keys:read',
      ...declared,
      method: 'GET',
      path: listPath,
      id: `api_keys.list${name}`,
      summary: 'All keys',
      description: `${inList}The newest 1,000; GET /v1/keys has pages.`,
      responses: { 200: Type.Object({ apiKeys: Type.Array(ApiKey), error: Type.Null() }), ...refused },
      handler: (services, call) => list(services, actorOf(call)),
    }),
    systemRoute({
      access: 'keys:write',
      ...declared,
      method: 'POST',
      path: createPath,
      id: `api_keys.create${name}`,
      summary: 'Make a key that may do everything',
      description: `${onCreation}The secret is in this answer and nowhere else, ever.`,
      body,
      responses: { 200: Type.Object({ apiKey: ApiKey, error: Type.Null() }), ...refused },
      handler: async ({ keys, identity }, call) => {
        const input = { name: call.body.name, role: 'admin' } as const;
        const { session } = call;
        const { key, secret } = await (session === undefined
          ? mint(keys, actorOf(call), input)
          : mintForSession(identity, session, { input }));
        return json({ apiKey: viewKey(key, secret, creatorOf(key)), error: null });
      },
    }),
    ...removePaths.map((path, index) =>
      systemRoute({
        access: 'keys:write',
        ...declared,
        method: 'DELETE',
        path,
        id: `api_keys.delete${name}${index === 0 ? '' : `_${index + 1}`}`,
        summary: 'Revoke a key',
        ...(isKeyed ? {} : { description: where.trim() }),
        params,
        body: removal,
        responses: { 200: null, 400: 'stream', ...refused },
        handler: (services, call) => remove(services, actorOf(call), call),
      }),
    ),
  ];
});
