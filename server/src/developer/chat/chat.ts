import { Type } from 'typebox';
import type { User } from '../../identity/index.ts';
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
import { chatRequest, readOptions, SessionQuestion, ThreadQuestion } from './chat-options.ts';
import type { Asking, Question, QuestionBody, WorkspaceChat } from './chat-options.ts';
import { findThread } from './threads.ts';
import { namedUser } from '../people/users-by-id.ts';
import type { Answer, Route, Services } from '../../http/index.ts';
import { route } from '../surface.ts';

export const EVENTS =
  'Server-sent events: textResponseChunk with the text as it comes, an empty one with close: true, then ' +
  'finalizeResponseStream with the sources. Agents say what they do in agentThought. Ends without [DONE].';

/** Each question can be asked for a whole answer and for one that comes as it is made. */
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
const shared = { method: 'POST', access: 'workspaces:chat' } as const;

const sessionRoutes = WAYS.map(({ isStream, path, verb, how, said }) =>
  route({
    ...shared,
    ...said,
    path: `/v1/workspace/:slug/${path}`,
    id: `workspaces.${verb}`,
    summary: `Ask a workspace${how}`,
    params: Type.Object({ slug: Type.String() }),
    body: SessionQuestion,
    responses: { ...said.responses, 400: ChatAbort, ...(isStream ? {} : { 500: ChatAbort }) },
    handler: async (services, call) => {
      const { slug } = call.params;
      const workspace = await services.workspaces.findCovered(call.caller, slug);
      if (workspace === undefined) return json(abortBody(`Workspace ${slug} is not a valid workspace.`), 400);
      return inPlace(services, call, { workspace, isStream });
    },
  }),
);

const threadRoutes = WAYS.map(({ isStream, path, verb, how, said }) =>
  route({
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

export const chatRoutes: Route[] = [...sessionRoutes, ...threadRoutes];

/** Clients of this one route know an unknown workspace by an event in an answer that says 200 and names no type. */
const loneFrame = (frame: object): Answer => ({ status: 200, body: `data: ${JSON.stringify(frame)}\n\n` });

/** @param place where there is a thread, whoever says something there may be named. */
async function inPlace(
  services: Services,
  call: Asking & { body: QuestionBody },
  place: Omit<WorkspaceChat, 'options' | 'user'>,
): Promise<Answer> {
  const options = readOptions(call.body, place.workspace);
  if ('problem' in options) return json(abortBody(options.problem), 400);
  const { thread } = place;
  if (thread === undefined) return answered(services, call, { ...place, options });
  const { workspace } = place;
  const user = await namedUser(services, call.caller, { workspace, userId: options.userId });
  // Sessions are for the workspace's own conversation.
  return answerWithin(services, call, { ...place, options: { ...options, sessionId: null }, user });
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
