import { Type } from 'typebox';
import type { Caller } from '../../access/index.ts';
import type { Thread, Workspace } from '../../workspaces/index.ts';
import { json, okText, phrase } from '../answers.ts';
import { text, whole } from '../fields.ts';
import { History, historyAnswer, historyPart } from './history.ts';
import { namedUser } from '../people/users-by-id.ts';
import * as d from '../schemas.ts';
import type { Route, ChatServices } from '../services.ts';
import { chatRoute } from '../surface.ts';
import { nullable, Time } from '../../http/index.ts';

const params = Type.Object({ slug: Type.String(), threadSlug: Type.String() });
const ThreadShape = Type.Object(
  {
    id: Type.Integer(),
    name: Type.String(),
    slug: Type.String(),
    workspace_id: Type.Integer(),
    user_id: nullable(Type.Integer()),
    createdAt: Time,
    lastUpdatedAt: Time,
  },
  { title: 'Thread' },
);

export const viewThread = (thread: Thread) =>
  d.shaped(ThreadShape, {
    ...thread,
    ...d.timesOf(thread),
    workspace_id: thread.workspaceId,
    user_id: thread.userId,
  });

const ThreadAnswer = Type.Object({ thread: nullable(ThreadShape), message: nullable(Type.String()) });

const WORKSPACE_MISSING = json({ message: 'Workspace not found' }, 404);
const THREAD_MISSING = json({ message: 'Thread not found' }, 404);

export const threadsRoutes: Route[] = [
  chatRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/thread/new',
    id: 'threads.create',
    summary: 'Begin a thread in a workspace',
    description: 'A slug that the workspace has already gives no thread, and a message that says so.',
    access: 'workspaces:write',
    params: Type.Object({ slug: Type.String() }),
    bodyOptional: true,
    body: Type.Object({
      name: Type.Optional(text()),
      slug: Type.Optional(text()),
      userId: Type.Optional(whole({ description: 'The user it belongs to, in multi-user mode' })),
    }),
    responses: { 200: ThreadAnswer, 400: 'stream' },
    handler: async (services, { caller, actor, params, body }) => {
      const workspace = await services.workspaces.findCovered(caller, params.slug);
      if (workspace === undefined) return phrase(400);
      const { name, slug } = body;
      const whose = { workspace, userId: body.userId };
      // A thread belongs to a user where there are users; in the other modes to nobody.
      const userId = (await namedUser(services, caller, whose))?.id ?? null;
      const made = await services.workspaces.threads.create(actor, workspace, { name, slug, userId });
      if ('thread' in made) return json({ thread: viewThread(made.thread), message: null });
      return made.refused === 'no_workspace' ? phrase(400) : json({ thread: null, message: SLUG_TAKEN });
    },
  }),
  chatRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/thread/:threadSlug/update',
    id: 'threads.update',
    summary: 'Give a thread another name',
    access: 'workspaces:write',
    params,
    body: Type.Object({ name: text() }),
    responses: { 200: ThreadAnswer, 404: d.Said },
    handler: async (services, { caller, actor, params, body }) => {
      const place = await findThread(services, caller, params);
      if (place.workspace === undefined) return WORKSPACE_MISSING;
      if (place.thread === undefined) return THREAD_MISSING;
      const { name } = body;
      if (name === undefined) return json({ thread: viewThread(place.thread), message: NOTHING_NEW });
      const change = { slug: place.thread.slug, name };
      const thread = await services.workspaces.threads.rename(actor, place.workspace, change);
      return thread === undefined ? THREAD_MISSING : json({ thread: viewThread(thread), message: null });
    },
  }),
  chatRoute({
    method: 'DELETE',
    path: '/v1/workspace/:slug/thread/:threadSlug',
    id: 'threads.delete',
    summary: 'Remove a thread with its chats',
    description: 'One that is not there is gone already.',
    access: 'workspaces:write',
    params,
    answerTypes: ['text/plain'],
    responses: { 200: 'stream', 400: 'stream' },
    handler: async ({ workspaces }, { caller, actor, params }) => {
      const workspace = await workspaces.findCovered(caller, params.slug);
      if (workspace === undefined) return phrase(400);
      await workspaces.threads.remove(actor, workspace, params.threadSlug);
      return okText();
    },
  }),
  chatRoute({
    method: 'GET',
    path: '/v1/workspace/:slug/thread/:threadSlug/chats',
    id: 'threads.chats',
    summary: 'The chats of a thread',
    access: 'workspaces:read',
    params,
    query: Type.Object(historyPart(Infinity)),
    responses: { 200: History, 404: d.Said },
    handler: async (services, { caller, params, query }) => {
      const { workspace, thread } = await findThread(services, caller, params);
      if (workspace === undefined) return WORKSPACE_MISSING;
      if (thread === undefined) return THREAD_MISSING;
      const conversation = { workspaceId: workspace.id, threadId: thread.id, apiSessionId: null };
      return historyAnswer(services, conversation, { limit: query.limit, order: query.orderBy });
    },
  }),
];

const SLUG_TAKEN = 'The workspace has a thread with this slug already.';
const NOTHING_NEW = 'No valid fields to update!';

export async function findThread(
  { workspaces }: ChatServices,
  caller: Caller,
  { slug, threadSlug }: { slug: string; threadSlug: string },
): Promise<{ workspace: Workspace | undefined; thread: Thread | undefined }> {
  const workspace = await workspaces.findCovered(caller, slug);
  const thread = workspace === undefined ? undefined : await workspaces.threads.find(workspace, threadSlug);
  return { workspace, thread };
}
