import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import { json, okText } from '../answers.ts';
import { refuseBound, type Viewer } from '../../workspaces/index.ts';
import { concernsUpstreams, environmentValues, updateEnvironment } from './environment.ts';
import { viewForStrangers, viewSystem, type SystemFacts } from './system-table.ts';
import { allUpstreams, refuseUpstreams } from './upstream-settings.ts';
import type { Route, SystemServices } from '../services.ts';
import { systemRoute } from '../surface.ts';
import { nullable } from '../../http/index.ts';

const LOGO_SVG = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 160 40" width="160" height="40" role="img" aria-label="Keyward">
<circle cx="20" cy="20" r="16" fill="none" stroke="#2f6f4f" stroke-width="4"/>
<circle cx="14" cy="20" r="4" fill="none" stroke="#2f6f4f" stroke-width="3"/>
<path d="M18 20h12m-4 0v5m4-5v4" fill="none" stroke="#2f6f4f" stroke-width="3"/>
<text x="46" y="27" font-family="sans-serif" font-size="22" font-weight="600" fill="#2f6f4f">Keyward</text>
</svg>
`;

const open = { access: 'public', method: 'GET' } as const;

const SystemSettings = Type.Record(Type.String(), Type.Unknown(), {
  title: 'SystemSettings',
  description: 'Settings by the names that clients know; of a secret only whether there is one',
});

const EmbeddingProgress = Type.Object(
  {
    model: Type.String({ description: 'The embedding model in force' }),
    total: Type.Integer({ description: 'Documents in workspaces' }),
    done: Type.Integer({ description: 'Those that are embedded with it' }),
    running: Type.Boolean(),
    failed: Type.Integer(),
    lastError: nullable(Type.String()),
  },
  { title: 'EmbeddingProgress' },
);

const EnvironmentChange = Type.Object({
  newValues: Type.Record(Type.String(), Type.String()),
  error: Type.Union([Type.Literal(false), Type.String()]),
});
const NO_TEXT = 'Nothing was set: each value must be a text, such as "openai" or "5".';

/** Whether an administrator is logged in: users of other roles may not read settings. Guarded by preferences.test.ts. */
async function isAdministrator(
  { identity }: SystemServices,
  authorization: string | undefined,
  ip: string,
): Promise<boolean> {
  try {
    const session = await identity.authenticate(authorization, ip);
    return session.kind === 'admin' || session.user.role === 'admin';
  } catch (error) {
    if (error instanceof KeywardError && error.code === 'invalid_session') return false;
    throw error;
  }
}

/** `hasEmbeddings`: in the workspaces that the viewer covers. */
async function systemFacts(services: SystemServices, viewer: Viewer): Promise<SystemFacts> {
  const { identity, workspaces, retrieval, models, localModel, config } = services;
  const [mode, passages, upstreams, values] = await Promise.all([
    identity.mode(),
    workspaces.coveredIds(viewer).then((ids) => retrieval.count(ids)),
    allUpstreams(models),
    environmentValues(services),
  ]);
  const keyed = upstreams.filter(({ has_api_key }) => has_api_key).map(({ name }) => name);
  const local = localModel?.state().models.find((name) => !/embed|minilm/i.test(name));
  return {
    mode,
    hasEmbeddings: passages > 0,
    localModel: local ?? null,
    sso: config.simpleSso,
    keyed: new Set(keyed),
    values,
  };
}

export const systemRoutes: Route[] = [
  systemRoute({
    method: 'GET',
    path: '/v1/system/env-dump',
    id: 'settings.dump',
    summary: 'Answers OK and writes nothing',
    access: 'system:read',
    answerTypes: ['text/plain'],
    responses: { 200: 'stream' },
    handler: () => okText(),
  }),
  systemRoute({
    method: 'GET',
    path: '/v1/system',
    id: 'settings.get',
    summary: 'Settings of the instance',
    access: 'system:read',
    responses: { 200: Type.Object({ settings: SystemSettings }) },
    handler: async (services, { caller }) =>
      json({ settings: viewSystem(await systemFacts(services, caller)) }),
  }),
  systemRoute({
    method: 'GET',
    path: '/v1/system/embedding-progress',
    id: 'settings.embedding_progress',
    summary: 'The progress of embedding anew after a change of the embedding model',
    description: 'Of the whole instance: not for keys that are bound to workspaces.',
    access: 'system:read',
    responses: { 200: EmbeddingProgress },
    handler: async ({ retrieval }, { caller }) => {
      refuseBound(caller);
      return json(await retrieval.progress());
    },
  }),
  systemRoute({
    method: 'POST',
    path: '/v1/system/update-env',
    id: 'settings.update',
    summary: 'Change settings by the names that clients know',
    description:
      'Settings of a provider of models make or change the upstream of its name. Unknown names are passed over. Addresses, keys and lists of models of providers take the scope models:manage too. Not for keys that are bound to workspaces.',
    access: 'system:write',
    body: Type.Record(Type.String(), Type.String()),
    responses: {
      200: EnvironmentChange,
      400: EnvironmentChange,
    },
    handler: async (services, { caller, body }) => {
      refuseBound(caller);
      if (concernsUpstreams(body)) refuseUpstreams(caller);
      const change = await updateEnvironment(services, body, caller);
      return change === undefined ? json({ newValues: {}, error: NO_TEXT }, 400) : json(change);
    },
  }),
  systemRoute({
    ...open,
    path: '/api/ping',
    id: 'web.ping',
    summary: 'Whether the server is there',
    responses: { 200: Type.Object({ online: Type.Boolean() }) },
    handler: () => json({ online: true }),
  }),
  systemRoute({
    ...open,
    path: '/api/setup-complete',
    id: 'web.setup',
    summary: 'The settings that a login page needs; with the session of an administrator all settings',
    responses: { 200: Type.Object({ results: SystemSettings }) },
    handler: async (services, { headers, ip }) => {
      const { identity, config } = services;
      if (await isAdministrator(services, headers.authorization, ip))
        return json({ results: viewSystem(await systemFacts(services, 'everything')) });
      return json({ results: viewForStrangers({ mode: await identity.mode(), sso: config.simpleSso }) });
    },
  }),
  systemRoute({
    ...open,
    path: '/api/system/logo',
    id: 'web.logo',
    summary: 'The mark of the instance',
    answerTypes: ['image/svg+xml'],
    responses: { 200: 'stream' },
    handler: () => ({
      status: 200,
      body: LOGO_SVG,
      headers: {
        'content-type': 'image/svg+xml; charset=utf-8',
        'cache-control': 'public, max-age=3600',
        'access-control-expose-headers': 'X-Is-Custom-Logo',
        'x-is-custom-logo': 'false',
      },
    }),
  }),
];
