import { Type } from 'typebox';
import type { ChatEvent } from '../../chat/index.ts';
import type { User } from '../../identity/index.ts';
import { json } from '../answers.ts';
import { abortBody, ChatAbort, ChatAnswer, endingOf, streamedAnswer, wholeAnswer } from './chat-answers.ts';
import { chatRequest, readWish, SessionQuestion, ThreadQuestion } from './chat-options.ts';
import type { Asking, Question, QuestionBody, WorkspaceChat } from './chat-options.ts';
import { findThread } from './threads.ts';
import { namedUser } from '../people/users-by-id.ts';
import type { Answer, Route, Services } from '../../http/index.ts';
import { route } from '../surface.ts';

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
    body: SessionQuestion,
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
    body: SessionQuestion,
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
    body: ThreadQuestion,
    responses: { 200: ChatAnswer, 400: ChatAbort, 404: ChatAbort, 429: ChatAbort, 500: ChatAbort },
    handler: async (services, call) => {
      const { slug, threadSlug } = call.params;
      const { workspace, thread } = await findThread(services, call.caller, call.params);
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
    body: ThreadQuestion,
    answerTypes: ['text/event-stream'],
    responses: { 200: 'stream', 400: ChatAbort, 429: ChatAbort },
    handler: async (services, call) => {
      const { slug, threadSlug } = call.params;
      const { workspace, thread } = await findThread(services, call.caller, call.params);
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

type Request<P> = Asking & { params: P; body: QuestionBody };

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
  call: Asking & { body: QuestionBody },
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
  async function* events(): AsyncGenerator<ChatEvent> {
    try {
      yield* services.chat.answer(chatRequest(services, call, chat));
    } finally {
      release?.();
    }
  }
  return chat.isStream ? streamedAnswer(events()) : wholeAnswer(await endingOf(events()));
}
