import { Type } from 'typebox';
import { NO_SELECTORS, type Holder } from '../../access/index.ts';
import { READINESS } from '../../chat/index.ts';
import type { Session } from '../../identity/index.ts';
import { holdersOfAdmin, holdersOfOwner, type KeysContext } from '../../keys/index.ts';
import type { Payer } from '../../models/index.ts';
import { nullable, takeQuestion, type Answer, type Call } from '../../http/index.ts';
import { History, historyAnswer } from './history.ts';
import { json, phrase } from '../answers.ts';
import {
  abortBody,
  ChatAbort,
  ChatAnswer,
  chatFrames,
  endingOf,
  streamedAnswer,
  wholeAnswer,
} from './chat-answers.ts';
import {
  chatRequest,
  questionFields,
  readOptions,
  requestBy,
  SessionQuestion,
  ThreadQuestion,
} from './chat-options.ts';
import type { Asking, Question, QuestionBody, WorkspaceChat } from './chat-options.ts';
import { findThread } from './threads.ts';
import { asker, namedUser, userOf } from '../people/users-by-id.ts';
import type { Route, ChatServices } from '../services.ts';
import { chatRoute } from '../surface.ts';

const EVENTS =
  'Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then ' +
  'finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE].';

/** Each question can have a whole answer or a streamed one. */
const WAYS = [
  { isStream: false, path: 'chat', verb: 'chat', how: '', said: { responses: { 200: ChatAnswer } } },
  {
    isStream: true,
    path: 'stream-chat',
    verb: 'stream_chat',
    how: '; the answer comes as it is made',
    said: { description: EVENTS, answerTypes: ['text/event-stream'], responses: { 200: 'stream' } },
  },
] as const;
const shared = {
  method: 'POST',
  access: 'workspaces:chat',
  needsOnly: ['workspace', 'model'],
} as const;
const forMembers = { ...shared, isForMembers: true } as const;
const inWorkspace = Type.Object({ slug: Type.String() });

const sessionRoutes = WAYS.map(({ isStream, path, verb, how, said }) =>
  chatRoute({
    ...forMembers,
    ...said,
    path: `/v1/workspace/:slug/${path}`,
    id: `workspaces.${verb}`,
    summary: `Ask a workspace${how}`,
    params: inWorkspace,
    body: SessionQuestion,
    responses: { ...said.responses, 400: ChatAbort, 429: ChatAbort, ...(isStream ? {} : { 500: ChatAbort }) },
    handler: async (services, call) => {
      const { slug } = call.params;
      const workspace = await services.workspaces.findCovered(call.caller, slug);
      if (workspace === undefined) return json(abortBody(`Workspace ${slug} is not a valid workspace.`), 400);
      return inPlace(services, call, { workspace, isStream });
    },
  }),
);

const threadRoutes = WAYS.map(({ isStream, path, verb, how, said }) =>
  chatRoute({
    ...shared,
    ...said,
    path: `/v1/workspace/:slug/thread/:threadSlug/${path}`,
    id: `threads.${verb}`,
    summary: `Ask in a thread${how}`,
    params: Type.Object({ slug: Type.String(), threadSlug: Type.String() }),
    body: ThreadQuestion,
    responses: {
      ...said.responses,
      400: ChatAbort,
      429: ChatAbort,
      ...(isStream ? {} : { 404: ChatAbort, 500: ChatAbort }),
    },
    handler: async (services, call) => {
      const { slug, threadSlug } = call.params;
      const { workspace, thread } = await findThread(services, call.caller, call.params);
      if (workspace === undefined) {
        const missing = abortBody(`Workspace ${slug} not found.`);
        return isStream ? loneFrame(missing) : json(missing, 404);
      }
      if (thread !== undefined) return inPlace(services, call, { workspace, thread, isStream });
      return isStream
        ? json(abortBody(`Workspace ${slug} or thread ${threadSlug} is not valid.`), 400)
        : json(abortBody(`Thread ${threadSlug} not found.`), 404);
    },
  }),
);

/** Clients of this one route expect an event in an answer with status 200 and no content type for an unknown workspace. */
const loneFrame = (frame: object): Answer => ({ status: 200, body: `data: ${JSON.stringify(frame)}\n\n` });

/** In a thread, `userId` may name the user who asks. A user who is signed in asks in its own name, within its own limit. */
async function inPlace(
  services: ChatServices,
  call: Asking & { body: QuestionBody },
  place: Omit<WorkspaceChat, 'options' | 'user'>,
): Promise<Answer> {
  const options = readOptions(call.body, place.workspace);
  if ('problem' in options) return json(abortBody(options.problem), 400);
  const { thread } = place;
  const own = asker(call);
  if (thread === undefined) return answerWithin(services, call, { ...place, options, user: own });
  const { workspace } = place;
  const user = own ?? (await namedUser(services, call.caller, { workspace, userId: options.userId }));
  // Sessions are part of the workspace's own conversation.
  return answerWithin(services, call, { ...place, options: { ...options, sessionId: null }, user });
}

/** Answers unless the user has reached the limit of messages within 24 hours. */
async function answerWithin(services: ChatServices, call: Question, chat: WorkspaceChat): Promise<Answer> {
  const { user } = chat;
  if (user === undefined) return answered(services, call, chat);
  const admission = await services.chat.dailyMessages.admit(user, services.clock.nowMs());
  if ('release' in admission) return answered(services, call, { ...chat, release: admission.release });
  const error = `${user.username} has sent as many messages as are allowed within 24 hours.`;
  const retryAfter = String(Math.ceil(admission.retryAfterMs / 1000));
  return { status: 429, body: abortBody(error), headers: { 'retry-after': retryAfter } };
}

/** @param chat.release called at the end in every case. */
async function answered(
  services: ChatServices,
  call: Question,
  { release, ...chat }: WorkspaceChat & { release?: () => void },
): Promise<Answer> {
  let atEnd = release;
  try {
    const events = await services.chat.answer(chatRequest(services, call, chat));
    if (!chat.isStream) return wholeAnswer(await endingOf(events));
    atEnd = undefined;
    return streamedAnswer({ events, framesOf: chatFrames() }, release);
  } finally {
    atEnd?.();
  }
}

/* Chats of a session: each user has a conversation of their own in each of their workspaces. */

/** No key is used: the request counts for the user, on the budgets of the user's owner. */
async function payerOf(
  { keys }: ChatServices,
  session: Session,
  { countsItself }: Pick<Call, 'countsItself'>,
): Promise<Payer> {
  const user = userOf(session);
  const name = user === null ? 'admin' : `user:${user.id}`;
  const ownerId = user?.ownerId ?? '';
  return {
    caller: { keyId: name, ownerId, selectors: NO_SELECTORS, holders: await holdersOf(keys, session) },
    countsItself,
  };
}

/** A session that was opened with a key counts against the holders of the key. */
async function holdersOf(keys: KeysContext, session: Session): Promise<readonly Holder[]> {
  if (session.actor.kind === 'key') return session.actor.caller.holders;
  return session.kind === 'user' ? holdersOfOwner(keys, session.user.ownerId) : holdersOfAdmin(keys);
}

const ownRoutes: Route[] = [
  chatRoute({
    method: 'POST',
    path: '/api/workspace/:slug/stream-chat',
    id: 'my_workspaces.stream_chat',
    summary: 'Ask one of your own workspaces',
    description: `${EVENTS} Within the messages that a user may send in 24 hours.`,
    access: 'session',
    params: inWorkspace,
    body: Type.Object(questionFields, { title: 'OwnQuestion' }),
    answerTypes: ['text/event-stream'],
    responses: { 200: 'stream', 400: ChatAbort, 429: ChatAbort },
    handler: async (services, call) => {
      const { session, params, body, signal } = call;
      const user = userOf(session);
      const workspace = await services.workspaces.members.workspaceFor(user, params.slug);
      if (workspace === undefined)
        return json(abortBody(`Workspace ${params.slug} is not a valid workspace.`), 400);
      const read = readOptions(body, workspace);
      if ('problem' in read) return json(abortBody(read.problem), 400);
      const payer = await payerOf(services, session, { countsItself: () => call.countsItself() });
      call.holds(await takeQuestion(services, payer.caller));
      const options = { ...read, sessionId: null };
      const chat = { workspace, options, user: user ?? undefined, isStream: true };
      return answerWithin(services, { ...payer, actor: session.actor, signal }, chat);
    },
  }),
  chatRoute({
    method: 'GET',
    path: '/api/workspace/:slug/chats',
    id: 'my_workspaces.chats',
    summary: 'Your own chats in a workspace, outside of threads',
    access: 'session',
    params: inWorkspace,
    responses: { 200: History, 404: 'stream' },
    handler: async (services, { session, params: { slug } }) => {
      const user = userOf(session);
      const workspace = await services.workspaces.members.workspaceFor(user, slug);
      if (workspace === undefined) return phrase(404);
      const own = { threadId: null, apiSessionId: null, userId: user?.id ?? null };
      const conversation = { workspaceId: workspace.id, ...own };
      return historyAnswer(services, conversation, { limit: Infinity, order: 'asc' });
    },
  }),
];

const Readiness = Type.Object(
  {
    state: Type.Enum(READINESS, {
      description: 'waiting: not now, but perhaps soon, by itself; none: somebody has to do something',
    }),
    model: nullable(Type.String({ description: 'The model that would answer. null: none was found' })),
    reason: nullable(Type.String({ description: 'Why none would answer now. null: one would' })),
    hint: nullable(Type.String({ description: 'The next step. null: wait, or ask' })),
  },
  { title: 'ChatReadiness' },
);

const readinessRoute = chatRoute({
  method: 'GET',
  path: '/v1/workspace/:slug/chat-readiness',
  id: 'workspaces.chat_readiness',
  summary: 'Whether a model can answer in a workspace now',
  description: 'For the caller, in the mode of the workspace. No model is asked.',
  access: 'workspaces:chat',
  isForMembers: true,
  params: inWorkspace,
  responses: { 200: Readiness, 400: 'stream' },
  handler: async (services, call) => {
    const workspace = await services.workspaces.findCovered(call.caller, call.params.slug);
    if (workspace === undefined) return phrase(400);
    return json(await services.chat.readiness(requestBy(services, call, workspace)));
  },
});

export const chatRoutes: Route[] = [readinessRoute, ...ownRoutes, ...sessionRoutes, ...threadRoutes];
