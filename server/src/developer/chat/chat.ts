import { Type } from 'typebox';
import type { Caller } from '../../access/index.ts';
import type { User } from '../../identity/index.ts';
import type { Thread, Workspace } from '../../workspaces/index.ts';
import { json } from '../answers.ts';
import {
  abortBody,
  ChatAbort,
  ChatAnswer,
  chatFrames,
  endingOf,
  streamedAnswer,
  wholeAnswer,
} from './chat-answers.ts';
import { chatRequest, readWish, SESSION_MAX_CHARACTERS } from './chat-options.ts';
import type { Asking, Question, WorkspaceChat } from './chat-options.ts';
import { namedUser } from '../people/named-user.ts';
import type { Answer, Route } from '../../http/index.ts';
import { route } from '../surface.ts';
import type { Services } from '../../http/index.ts';

const Attachment = Type.Object({
  name: Type.String(),
  mime: Type.String({ description: 'application/anythingllm-document, or the type of an image' }),
  contentString: Type.String({ description: 'A data URI' }),
});

/** What a question is made of. */
export const questionFields = {
  message: Type.String({ description: '@agent at its beginning has an agent answer' }),
  mode: Type.Optional(Type.Enum(['automatic', 'query', 'chat'])),
  attachments: Type.Optional(Type.Array(Attachment)),
  reset: Type.Optional(Type.Boolean({ description: 'The model is shown nothing of what was said before' })),
};
const SessionChat = Type.Object({
  ...questionFields,
  sessionId: Type.Optional(
    Type.Union([Type.String({ maxLength: SESSION_MAX_CHARACTERS }), Type.Number()], {
      description: 'A conversation of its own',
    }),
  ),
});
const ThreadChat = Type.Object({
  ...questionFields,
  userId: Type.Optional(Type.Integer({ description: 'Who says it; in multi-user mode' })),
});

const shared = {
  method: 'POST',
  access: 'workspaces:chat',
  bodyKind: 'lenient',
} as const;

const inWorkspace = Type.Object({ slug: Type.String() });
const inThread = Type.Object({ slug: Type.String(), threadSlug: Type.String() });

export const EVENTS =
  'Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then ' +
  'finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE].';

export const chatRoutes: Route[] = [
  route({
    ...shared,
    path: '/v1/workspace/:slug/chat',
    id: 'workspaces.chat',
    summary: 'Ask a workspace',
    params: inWorkspace,
    body: SessionChat,
    responses: { 200: ChatAnswer, 400: ChatAbort, 500: ChatAbort },
    handler: (services, call) => inSession(services, call, false),
  }),
  route({
    ...shared,
    path: '/v1/workspace/:slug/stream-chat',
    id: 'workspaces.stream_chat',
    summary: 'Ask a workspace; the answer comes as it is made',
    description: EVENTS,
    params: inWorkspace,
    body: SessionChat,
    answerTypes: ['text/event-stream'],
    responses: { 200: 'stream', 400: ChatAbort },
    handler: (services, call) => inSession(services, call, true),
  }),
  route({
    ...shared,
    path: '/v1/workspace/:slug/thread/:threadSlug/chat',
    id: 'threads.chat',
    summary: 'Ask in a thread',
    params: inThread,
    body: ThreadChat,
    responses: { 200: ChatAnswer, 400: ChatAbort, 404: ChatAbort, 429: ChatAbort, 500: ChatAbort },
    handler: async (services, call) => {
      const { slug, threadSlug } = call.params;
      const { workspace, thread } = await find(services, call.caller, call.params);
      if (workspace === undefined) return json(abortBody(`Workspace ${slug} not found.`), 404);
      if (thread === undefined) return json(abortBody(`Thread ${threadSlug} not found.`), 404);
      return inPlace(services, call, { workspace, thread, isStream: false });
    },
  }),
  route({
    ...shared,
    path: '/v1/workspace/:slug/thread/:threadSlug/stream-chat',
    id: 'threads.stream_chat',
    summary: 'Ask in a thread; the answer comes as it is made',
    description: EVENTS,
    params: inThread,
    body: ThreadChat,
    answerTypes: ['text/event-stream'],
    responses: { 200: 'stream', 400: ChatAbort, 429: ChatAbort },
    handler: async (services, call) => {
      const { slug, threadSlug } = call.params;
      const { workspace, thread } = await find(services, call.caller, call.params);
      if (workspace === undefined) return loneFrame(abortBody(`Workspace ${slug} not found.`));
      if (thread === undefined) {
        return json(abortBody(`Workspace ${slug} or thread ${threadSlug} is not valid.`), 400);
      }
      return inPlace(services, call, { workspace, thread, isStream: true });
    },
  }),
];

/** Clients of this one route know an unknown workspace by an event in an answer that says 200 and names no type. */
const loneFrame = (frame: object): Answer => ({ status: 200, body: `data: ${JSON.stringify(frame)}\n\n` });

type Request<P> = Asking & { params: P };

async function inSession(
  services: Services,
  call: Request<{ slug: string }>,
  isStream: boolean,
): Promise<Answer> {
  const { slug } = call.params;
  const workspace = await services.workspaces.findCovered(call.caller, slug);
  if (workspace === undefined) return json(abortBody(`Workspace ${slug} is not a valid workspace.`), 400);
  return inPlace(services, call, { workspace, isStream });
}

/** @param place where there is a thread, whoever says something there may be named. */
async function inPlace(
  services: Services,
  call: Asking,
  place: Omit<WorkspaceChat, 'wish' | 'user'>,
): Promise<Answer> {
  const wish = readWish(call.body, place.workspace);
  if ('problem' in wish) return json(abortBody(wish.problem), 400);
  const { thread } = place;
  if (thread === undefined) return answered(services, call, { ...place, wish });
  const { workspace } = place;
  const user = await namedUser(services, call.caller, { workspace, userId: wish.userId });
  // Sessions are for the workspace's own conversation.
  return answerWithin(services, call, { ...place, wish: { ...wish, sessionId: null }, user });
}

/** Where the user, if there is one, may send another message today. */
export async function answerWithin(
  services: Services,
  call: Question,
  chat: Omit<WorkspaceChat, 'user'> & { user: User | undefined },
): Promise<Answer> {
  const { user } = chat;
  if (user === undefined) return answered(services, call, chat);
  const admission = await services.chat.dailyMessages.admit(user, services.clock.nowMs());
  if ('release' in admission) return answered(services, call, { ...chat, release: admission.release });
  const error = `${user.username} has sent as many messages as are allowed within 24 hours.`;
  const retryAfter = String(Math.ceil(admission.retryAfterMs / 1000));
  return { status: 429, body: abortBody(error), headers: { 'retry-after': retryAfter } };
}

/** @param chat.release called at the end, whatever became of it. */
async function answered(
  services: Services,
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

async function find(
  { workspaces }: Services,
  caller: Caller,
  { slug, threadSlug }: { slug: string; threadSlug: string },
): Promise<{ workspace: Workspace | undefined; thread: Thread | undefined }> {
  const workspace = await workspaces.findCovered(caller, slug);
  const thread = workspace === undefined ? undefined : await workspaces.threads.find(workspace, threadSlug);
  return { workspace, thread };
}
