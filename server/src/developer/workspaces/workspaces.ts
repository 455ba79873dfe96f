import { Type } from 'typebox';
import { KeywardError } from '../../base/errors.ts';
import { mapInTurns } from '../../base/slices.ts';
import { readSettings, searchModeProblem, type Thread } from '../../workspaces/index.ts';
import { failed, json, okText, phrase, text as plain } from '../answers.ts';
import { asSent, text } from '../fields.ts';
import { History, historyAnswer, historyPart } from '../chat/history.ts';
import { memberOf } from '../people/users-by-id.ts';
import { viewWorkspace, Workspace } from '../schemas.ts';
import { embeddedDocuments, WorkspaceInList, WorkspaceWithDocuments } from './workspace-shapes.ts';
import type { Route } from '../services.ts';
import { workspaceRoute } from '../surface.ts';
import { nullable } from '../../http/index.ts';

const params = Type.Object({ slug: Type.String() });

/** Their rules are those of workspaces (readSettings). */
const settings = asSent({
  openAiTemp: Type.Optional(nullable(Type.Number())),
  openAiHistory: Type.Optional(Type.Integer()),
  openAiPrompt: Type.Optional(nullable(Type.String())),
  similarityThreshold: Type.Optional(Type.Number()),
  chatProvider: Type.Optional(nullable(Type.String())),
  chatModel: Type.Optional(nullable(Type.String())),
  topN: Type.Optional(Type.Integer()),
  chatMode: Type.Optional(Type.String()),
  agentProvider: Type.Optional(nullable(Type.String())),
  agentModel: Type.Optional(nullable(Type.String())),
  queryRefusalResponse: Type.Optional(nullable(Type.String())),
  vectorSearchMode: Type.Optional(Type.String()),
  router_id: Type.Optional(nullable(Type.Integer())),
});

const settingsIn = ({ router_id: routerId, ...body }: Record<string, unknown>) =>
  readSettings({ ...body, routerId });

const Changed = Type.Object({ workspace: Workspace, message: Type.Null() });
const NothingToChange = Type.Object({
  workspace: Type.Object({ id: Type.Integer() }),
  message: Type.String(),
});

const NotChanged = Type.Object({ workspace: Type.Null(), message: Type.String() });
const notChanged = (message: string) => json({ workspace: null, message }, 400);

const Protected = Type.Object({ success: Type.Boolean(), error: Type.String() });

/** The number of chats in a history. */
const HISTORY_PAIRS = 100;

export const workspacesRoutes: Route[] = [
  workspaceRoute({
    method: 'POST',
    path: '/v1/workspace/new',
    id: 'workspaces.create',
    summary: 'Make a workspace',
    description: 'A bad value becomes the nearest allowed one, except an unknown vectorSearchMode.',
    access: 'workspaces:write',
    body: Type.Object({ name: text(), ...settings }),
    responses: { 200: Changed, 400: NotChanged },
    handler: async ({ workspaces }, { caller, actor, body }) => {
      const { name } = body;
      if (name === undefined) return notChanged('name cannot be null');
      const problem = searchModeProblem(body);
      if (problem !== undefined) return notChanged(problem);
      const made = await workspaces.create(actor, caller, { name, ...settingsIn(body) });
      if ('refused' in made) throw notCovered();
      return json({ workspace: viewWorkspace(made.workspace), message: null });
    },
  }),
  workspaceRoute({
    method: 'GET',
    path: '/v1/workspaces',
    id: 'workspaces.list',
    summary: 'All workspaces, with their threads',
    access: 'workspaces:read',
    isForMembers: true,
    responses: { 200: Type.Object({ workspaces: Type.Array(WorkspaceInList) }) },
    handler: async ({ workspaces }, call) => {
      const list = await workspaces.list(call.caller);
      const threads = await workspaces.threads.of(list);
      const view = await mapInTurns(list, (workspace) => ({
        ...viewWorkspace(workspace),
        threads: shownThreads(threads.get(workspace.id), call).map(inList),
      }));
      return json({ workspaces: view });
    },
  }),
  workspaceRoute({
    method: 'GET',
    path: '/v1/workspace/:slug',
    id: 'workspaces.get',
    summary: 'One workspace, with its documents and threads',
    description: 'In a list, which is empty if no workspace has this slug.',
    access: 'workspaces:read',
    isForMembers: true,
    params,
    responses: { 200: Type.Object({ workspace: Type.Array(WorkspaceWithDocuments) }) },
    handler: async (services, call) => {
      const { workspaces } = services;
      const workspace = await workspaces.findCovered(call.caller, call.params.slug);
      if (workspace === undefined) return json({ workspace: [] });
      const { documents } = await embeddedDocuments(services, workspace.id);
      const threads = shownThreads((await workspaces.threads.of([workspace])).get(workspace.id), call);
      const view = {
        ...viewWorkspace(workspace),
        documents,
        threads: threads.map(({ userId, slug }) => ({ user_id: userId, slug })),
      };
      return json({ workspace: [view] });
    },
  }),
  workspaceRoute({
    method: 'DELETE',
    path: '/v1/workspace/:slug',
    id: 'workspaces.delete',
    summary: 'Remove a workspace with its threads, chats and embedded documents',
    access: 'workspaces:write',
    params,
    answerTypes: ['text/plain'],
    responses: { 200: 'stream', 400: 'stream', 403: Protected },
    handler: async ({ config, workspaces }, { caller, actor, params: { slug } }) => {
      if (config.workspaceDeletionProtection) return PROTECTED;
      const removed = await workspaces.remove(actor, caller, slug);
      return removed === undefined ? phrase(400) : okText();
    },
  }),
  workspaceRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/update',
    id: 'workspaces.update',
    summary: 'Change settings of a workspace',
    description: 'A bad value becomes the nearest allowed one, except an unknown vectorSearchMode.',
    access: 'workspaces:write',
    params,
    body: Type.Object({ ...asSent({ name: Type.Optional(Type.String()) }), ...settings }),
    responses: { 200: Type.Union([Changed, NothingToChange]), 400: 'stream' },
    handler: async ({ workspaces }, { caller, actor, params: { slug }, body }) => {
      const problem = searchModeProblem(body);
      if (problem !== undefined) return plain(400, problem);
      const change = { slug, settings: settingsIn(body) };
      const changed = await workspaces.update(actor, caller, change);
      if (changed === undefined) return phrase(400);
      return 'refused' in changed
        ? json({ workspace: { id: changed.id }, message: 'No valid fields to update!' })
        : json({ workspace: viewWorkspace(changed.workspace), message: null });
    },
  }),
  workspaceRoute({
    method: 'GET',
    path: '/v1/workspace/:slug/chats',
    id: 'workspaces.chats',
    summary: 'The chats of a workspace outside of threads',
    access: 'workspaces:read',
    isForMembers: true,
    params,
    query: Type.Object({
      apiSessionId: Type.Optional(text({ description: 'Of this session alone; left out: of none' })),
      ...historyPart(HISTORY_PAIRS),
    }),
    responses: { 200: History, 400: 'stream' },
    handler: async (services, call) => {
      const workspace = await services.workspaces.findCovered(call.caller, call.params.slug);
      if (workspace === undefined) return phrase(400);
      const { apiSessionId = null, limit, orderBy: order } = call.query;
      const member = memberOf(call);
      const own = member === undefined ? {} : { userId: member.id };
      const conversation = { workspaceId: workspace.id, threadId: null, apiSessionId, ...own };
      return historyAnswer(services, conversation, { limit, order });
    },
  }),
];

/** Members see no threads of others. */
const shownThreads = (
  threads: readonly Thread[] = [],
  call: Parameters<typeof memberOf>[0],
): readonly Thread[] => {
  const member = memberOf(call);
  return member === undefined ? threads : threads.filter(({ userId }) => userId === member.id);
};

const inList = ({ userId, slug, name }: Thread) => ({ user_id: userId, slug, name });

const PROTECTED = failed('Workspace deletion is blocked by the system administrator.', 403);

const notCovered = (): KeywardError =>
  new KeywardError('forbidden_resource', 'The key does not cover a workspace of this name.', {
    hint: 'Use a key whose workspace selector covers it.',
  });
