import { Type } from 'typebox';
import type { Suggestion } from '../../workspaces/index.ts';
import { json, phrase } from '../answers.ts';
import { field, pathId, text } from '../fields.ts';
import { userOf } from '../people/users-by-id.ts';
import { EmbeddedWorkspace, viewEmbedded } from './workspace-shapes.ts';
import { viewWorkspace, Workspace } from '../schemas.ts';
import type { Route } from '../services.ts';
import { workspaceRoute } from '../surface.ts';
import { decoder, nullable } from '../../http/index.ts';

const params = Type.Object({ slug: Type.String() });
const Suggestions = Type.Array(
  Type.Object({ heading: Type.String(), message: Type.String() }, { title: 'SuggestedMessage' }),
);
const readSuggestion = decoder(Type.Object({ heading: text(), message: text() }));

/** Without empty ones. @returns null where the value is not a list of messages, undefined where nothing was sent. */
function readSuggestions(value: unknown): Suggestion[] | null | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'object' && item !== null)) return null;
  return value
    .map(readSuggestion)
    .map(({ heading = '', message = '' }) => ({ heading, message }))
    .filter(({ heading, message }) => heading + message !== '');
}

const Suggested = Type.Optional(field(Suggestions, readSuggestions));
const Saved = Type.Object({ success: Type.Boolean(), message: Type.String() });

/** Of the web application. A session sees all workspaces; a user of the role default those of which it is a member. */
export const webWorkspacesRoutes: Route[] = [
  workspaceRoute({
    method: 'GET',
    path: '/api/workspaces',
    id: 'my_workspaces.list',
    summary: 'Your own workspaces',
    access: 'session',
    responses: { 200: Type.Object({ workspaces: Type.Array(Workspace) }) },
    handler: async ({ workspaces }, { session }) => {
      const list = await workspaces.members.workspacesFor(userOf(session));
      return json({ workspaces: list.map(viewWorkspace) });
    },
  }),
  workspaceRoute({
    method: 'GET',
    path: '/api/workspace/:slug',
    id: 'my_workspaces.get',
    summary: 'One of your workspaces, with its documents; null if it does not exist',
    access: 'session',
    params,
    responses: {
      200: Type.Object({
        workspace: nullable(EmbeddedWorkspace),
      }),
    },
    handler: async (services, { session, params: { slug } }) => {
      const workspace = await services.workspaces.members.workspaceFor(userOf(session), slug);
      return json({ workspace: workspace === undefined ? null : await viewEmbedded(services, workspace) });
    },
  }),
  workspaceRoute({
    method: 'GET',
    path: '/api/workspace/:slug/suggested-messages',
    id: 'my_workspaces.suggestions',
    summary: 'The suggested first messages of a workspace',
    access: 'session',
    params,
    responses: { 200: Type.Object({ success: Type.Boolean(), suggestedMessages: Suggestions }) },
    handler: async ({ workspaces }, { session, params: { slug } }) => {
      const workspace = await workspaces.members.workspaceFor(userOf(session), slug);
      const suggestedMessages = workspace === undefined ? [] : await workspaces.suggestions.of(workspace.id);
      return json({ success: true, suggestedMessages });
    },
  }),
  workspaceRoute({
    method: 'POST',
    path: '/api/workspace/:slug/suggested-messages',
    id: 'my_workspaces.suggest',
    summary: 'Set the suggested messages of a workspace',
    description: 'These instead of those that were there; also under the name `suggestedMessages`.',
    access: 'session',
    roles: ['admin', 'manager'],
    params,
    body: Type.Object({ messages: Suggested, suggestedMessages: Suggested }),
    responses: { 200: Saved, 400: Saved, 404: Saved },
    handler: async ({ workspaces }, { session, params: { slug }, body }) => {
      const { suggestedMessages = [], messages: suggestions = suggestedMessages } = body;
      if (suggestions === null) return json({ success: false, message: NO_LIST }, 400);
      const workspace = await workspaces.members.workspaceFor(userOf(session), slug);
      const isSaved =
        workspace !== undefined &&
        (await workspaces.suggestions.replace(session.actor, workspace, suggestions));
      return isSaved
        ? json({ success: true, message: 'Suggested messages saved.' })
        : json({ success: false, message: 'Workspace not found' }, 404);
    },
  }),
  workspaceRoute({
    method: 'POST',
    path: '/api/workspace/:slug/chat-feedback/:chatId',
    id: 'my_workspaces.score',
    summary: 'Rate an answer',
    description: 'Users may do so with their own chats; null takes it back.',
    access: 'session',
    params: Type.Object({ slug: Type.String(), chatId: pathId() }),
    body: Type.Object({
      feedback: field(nullable(Type.Boolean()), (value) => (typeof value === 'boolean' ? value : null)),
    }),
    responses: { 200: Type.Object({ success: Type.Boolean() }), 404: 'stream' },
    handler: async ({ workspaces }, { session, params: { slug, chatId: id = NOBODYS }, body }) => {
      const user = userOf(session);
      const workspace = await workspaces.members.workspaceFor(user, slug);
      if (workspace === undefined) return phrase(404);
      const chat = { id, workspaceId: workspace.id, userId: user?.id };
      const isScored = await workspaces.chats.score(session.actor, chat, body.feedback);
      return isScored ? json({ success: true }) : phrase(404);
    },
  }),
];

const NOBODYS = 0;
const NO_LIST = 'The messages must be a list of {heading, message}.';
