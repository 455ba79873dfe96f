import { Type } from 'typebox';
import type { PlacedChat } from '../../workspaces/index.ts';
import { json, streamed } from '../answers.ts';
import { field, wholeWithin } from '../fields.ts';
import * as d from '../schemas.ts';
import { nullable, Time } from '../../http/index.ts';
import type { Route } from '../services.ts';
import { chatRoute } from '../surface.ts';
import { EXPORTS, usernameOf, type ExportFacts } from './exports.ts';
import { usernames } from '../people/users-by-id.ts';

const AnyChat = Type.Object(
  {
    id: Type.Integer(),
    workspaceId: Type.Integer(),
    prompt: Type.String(),
    response: Type.String({ description: 'JSON' }),
    include: Type.Boolean({ description: 'Whether a model is shown it again' }),
    user_id: nullable(Type.Integer()),
    thread_id: nullable(Type.Integer()),
    api_session_id: nullable(Type.String()),
    createdAt: Time,
    lastUpdatedAt: Time,
    feedbackScore: nullable(Type.Boolean()),
    memoryProcessed: Type.Boolean(),
    workspace: Type.Object({ name: Type.String(), slug: Type.String() }),
    user: Type.Object({ username: Type.String() }),
  },
  { title: 'WorkspaceChat' },
);

/** Page numbers; the highest is far behind the last page of any instance. */
const PAGES = { otherwise: 0, least: 0, most: 10_000_000 };

export const chatRecordRoutes: Route[] = [
  chatRoute({
    method: 'POST',
    path: '/v1/admin/workspace-chats',
    id: 'workspaces.all_chats',
    summary: 'The chats of all workspaces',
    description: 'Newest first, 20 at a time; `offset` is the number of the page, from 0.',
    access: 'workspaces:read',
    bodyOptional: true,
    body: Type.Object({ offset: Type.Optional(wholeWithin(Type.Integer(), PAGES)) }),
    responses: { 200: Type.Object({ chats: Type.Array(AnyChat), hasPages: Type.Boolean() }) },
    handler: async (services, { caller, body: { offset: page } }) => {
      const { chats, hasMore } = await services.workspaces.chats.newest(caller, page);
      const userIds = chats.map(({ userId }) => userId).filter((id) => id !== null);
      const facts = { usernames: await usernames(services, userIds) };
      return json({ chats: chats.map((chat) => viewChat(chat, facts)), hasPages: hasMore });
    },
  }),
  chatRoute({
    method: 'GET',
    path: '/v1/system/export-chats',
    id: 'workspaces.export_chats',
    summary: 'Every chat of all workspaces as one file',
    access: 'workspaces:read',
    query: Type.Object({
      type: Type.Optional(
        field(
          Type.String({ description: 'jsonl (where it is left out), json, csv or jsonAlpaca' }),
          (value) => (typeof value === 'string' ? value : 'jsonl'),
        ),
      ),
    }),
    answerTypes: ['application/jsonl', 'application/json', 'text/csv'],
    responses: { 200: 'stream', 400: d.Said },
    handler: async (services, { caller, query: { type } }) => {
      const { workspaces } = services;
      const format = Object.hasOwn(EXPORTS, type) ? EXPORTS[type] : undefined;
      if (format === undefined) return json({ message: unknownType(type) }, 400);
      const facts = {
        usernames: await usernames(services),
        defaultPrompt: await workspaces.defaultPrompt(),
      };
      const chats = workspaces.chats.all(caller, format.byWorkspace);
      return streamed(format.type, format.write(chats, facts));
    },
  }),
];

const unknownType = (type: string): string =>
  `Invalid export type: ${type}. Must be one of ${Object.keys(EXPORTS).join(', ')}`;

const viewChat = (chat: PlacedChat, facts: Pick<ExportFacts, 'usernames'>) =>
  d.shaped(AnyChat, {
    ...chat,
    ...d.timesOf(chat),
    response: JSON.stringify(chat.response),
    include: chat.isIncluded,
    user_id: chat.userId,
    thread_id: chat.threadId,
    api_session_id: chat.apiSessionId,
    feedbackScore: chat.isGood,
    memoryProcessed: false,
    workspace: { name: chat.workspace.name, slug: chat.workspace.slug },
    user: { username: usernameOf(chat, facts) },
  });
