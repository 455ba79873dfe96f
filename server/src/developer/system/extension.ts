import { Type } from 'typebox';
import type { Caller } from '../../access/index.ts';
import { isoTime } from '../../base/clock.ts';
import { DEFAULT_FOLDER, type NewNote } from '../../documents/index.ts';
import {
  endExtensionKey,
  endOwnKey,
  extensionKeyOf,
  listExtensionKeys,
  mintExtensionKey,
} from '../../widgets/index.ts';
import type { ExtensionKey } from '../../widgets/index.ts';
import { nullable, Time, type Call, type Decoded, type WholeAnswer } from '../../http/index.ts';
import type { Route, SystemServices } from '../services.ts';
import { failed, json } from '../answers.ts';
import { object, pathId, text, whole } from '../fields.ts';
import { embedUploads, storing } from '../documents/embed-documents.ts';
import { metadataFields } from '../documents/document-fields.ts';
import { NO_WORKSPACE, viewWorkspace, Workspace } from '../schemas.ts';
import { systemRoute } from '../surface.ts';

const Refused = Type.Object({ error: Type.String() });
const Done = Type.Object({ success: Type.Boolean() });
const Failed = Type.Object({ success: Type.Boolean(), error: Type.String() });

/** The scope is not enough: another key must not end itself by `disconnect`. */
const byKey = {
  access: 'documents:clip',
  description: 'Takes keys of the browser extension (`brx-…`) and no others.',
} as const;
const bySession = { access: 'session', roles: ['admin', 'manager'] } as const;

/** Runs `work` for a key of the extension whose owner may use it. */
async function forExtension(
  { identity }: SystemServices,
  caller: Caller,
  work: (key: { number: number }) => Promise<WholeAnswer>,
): Promise<WholeAnswer> {
  const key = await extensionKeyOf(identity, caller);
  if (key === 'no_key') return json({ error: 'No valid API key found.' }, 403);
  return key === 'no_power' ? json({ error: 'Unauthorized' }, 403) : work(key);
}

const page = {
  textContent: text({ description: 'The text of the page' }),
  metadata: Type.Optional(object({ ...metadataFields, url: Type.Optional(text()) })),
};
const Page = Type.Object(page);

const Stored = Type.Object({
  success: Type.Boolean(),
  message: Type.Optional(Type.String({ description: 'Where the page waits to be embedded: why' })),
});
const contentResponses = { 200: Stored, 400: Failed, 403: Refused, 500: Failed };

const TITLE_MAX_CHARACTERS = 500;

/** The text of a page, titled by its address where it has no title. */
function noteIn({ textContent: text = '', metadata }: Decoded<typeof Page>): NewNote | undefined {
  if (text.trim() === '') return undefined;
  const title = (metadata.title ?? metadata.url ?? 'Page').slice(0, TITLE_MAX_CHARACTERS);
  return { ...metadata, title, text };
}

type KeyCall = Pick<Call, 'countsItself'> & { caller: Caller; body: Decoded<typeof Page> };

/** Stores the text of a page and embeds it into these workspaces. */
async function store(
  services: SystemServices,
  call: KeyCall,
  slugs: readonly string[],
): Promise<WholeAnswer> {
  const note = noteIn(call.body);
  if (note === undefined) return failed('There is no text to store.', 400);
  const { caller } = call;
  const uploads = { slugs, scope: byKey.access };
  const { refused, waits } = await storing(services, call, uploads, async (hold, alongside) => {
    const as = { caller, folder: DEFAULT_FOLDER, alongside };
    const { added: brought } = await services.intake.addNote(note, as);
    return embedUploads(services, call, { ...uploads, brought, hold });
  });
  if (refused !== undefined) return failed(refused, 500);
  return json({ success: true, ...(waits === undefined ? {} : { message: waits }) });
}

const viewKey = ({ id, mask, user, createdAt }: ExtensionKey) => ({
  id,
  key: mask,
  user_id: user?.id ?? null,
  createdAt: isoTime(createdAt),
  lastUpdatedAt: isoTime(createdAt),
  user,
});

const keyRoutes: Route[] = [
  systemRoute({
    ...byKey,
    method: 'GET',
    path: '/api/browser-extension/check',
    id: 'extension.check',
    summary: 'Whether the key of the extension is good, and for which workspaces',
    responses: {
      200: Type.Object({
        connected: Type.Boolean(),
        workspaces: Type.Array(Workspace),
        apiKeyId: Type.Integer(),
      }),
      403: Refused,
    },
    handler: (services, { caller }) =>
      forExtension(services, caller, async ({ number }) => {
        const workspaces = (await services.workspaces.list(caller)).map(viewWorkspace);
        return json({ connected: true, workspaces, apiKeyId: number });
      }),
  }),
  systemRoute({
    ...byKey,
    method: 'DELETE',
    path: '/api/browser-extension/disconnect',
    id: 'extension.disconnect',
    summary: 'End the key of the extension',
    access: 'any',
    responses: { 200: Done, 403: Refused },
    handler: (services, { caller }) =>
      forExtension(services, caller, async () => {
        await endOwnKey(services.keys, caller);
        return json({ success: true });
      }),
  }),
  systemRoute({
    ...byKey,
    method: 'GET',
    path: '/api/browser-extension/workspaces',
    id: 'extension.workspaces',
    summary: 'Workspaces that pages can be put into',
    responses: { 200: Type.Object({ workspaces: Type.Array(Workspace) }), 403: Refused },
    handler: (services, { caller }) =>
      forExtension(services, caller, async () =>
        json({ workspaces: (await services.workspaces.list(caller)).map(viewWorkspace) }),
      ),
  }),
  systemRoute({
    ...byKey,
    method: 'POST',
    path: '/api/browser-extension/embed-content',
    id: 'extension.embed',
    summary: 'Store what was read off a page and put it into a workspace',
    body: Type.Object({ workspaceId: whole(), ...page }),
    responses: { ...contentResponses, 404: Refused },
    handler: (services, call) =>
      forExtension(services, call.caller, async () => {
        const { workspaceId = NO_WORKSPACE } = call.body;
        const workspace = await services.workspaces.findCoveredById(call.caller, workspaceId);
        if (workspace === undefined) return json({ error: 'Workspace not found' }, 404);
        return store(services, call, [workspace.slug]);
      }),
  }),
  systemRoute({
    ...byKey,
    method: 'POST',
    path: '/api/browser-extension/upload-content',
    id: 'extension.upload',
    summary: 'Store what was read off a page',
    body: Page,
    responses: contentResponses,
    handler: (services, call) => forExtension(services, call.caller, () => store(services, call, [])),
  }),
];

const Key = Type.Object({
  id: Type.Integer(),
  key: Type.String({ description: 'Its end; the whole was shown once' }),
  user_id: nullable(Type.Integer()),
  createdAt: Time,
  lastUpdatedAt: Time,
  user: nullable(Type.Object({ id: Type.Integer(), username: Type.String(), role: Type.String() })),
});

const sessionRoutes: Route[] = [
  systemRoute({
    ...bySession,
    method: 'GET',
    path: '/api/browser-extension/api-keys',
    id: 'extension.list_keys',
    summary: 'Keys of the browser extension: all for admins, their own for managers',
    responses: { 200: Type.Object({ success: Type.Boolean(), apiKeys: Type.Array(Key) }), 401: 'stream' },
    handler: async ({ identity }, { session }) =>
      json({ success: true, apiKeys: (await listExtensionKeys(identity, session)).map(viewKey) }),
  }),
  systemRoute({
    ...bySession,
    method: 'POST',
    path: '/api/browser-extension/api-keys/new',
    id: 'extension.mint_key',
    summary: 'Make a key for the browser extension',
    description: 'It is in this answer and nowhere else, ever.',
    responses: { 200: Type.Object({ apiKey: Type.String() }), 401: 'stream' },
    handler: async ({ identity }, { session }) => json({ apiKey: await mintExtensionKey(identity, session) }),
  }),
  systemRoute({
    ...bySession,
    method: 'DELETE',
    path: '/api/browser-extension/api-keys/:id',
    id: 'extension.end_key',
    summary: 'End a key of the browser extension',
    params: Type.Object({ id: pathId() }),
    responses: { 200: Done, 401: 'stream', 403: Refused },
    handler: async ({ identity }, { session, params: { id } }) => {
      const isEnded = id !== undefined && (await endExtensionKey(identity, session, id));
      return isEnded ? json({ success: true }) : json({ error: 'Unauthorized' }, 403);
    },
  }),
];

export const extensionRoutes: Route[] = [...keyRoutes, ...sessionRoutes];
