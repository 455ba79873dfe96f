import { Type } from 'typebox';
import { NO_SELECTORS } from '../../access/index.ts';
import type { Holder } from '../../access/index.ts';
import type { Session } from '../../identity/index.ts';
import { holdersOfAdmin, holdersOfOwner } from '../../keys/index.ts';
import type { KeysContext } from '../../keys/index.ts';
import { takeQuestion } from '../../http/index.ts';
import { json, phrase } from '../answers.ts';
import { abortBody, ChatAbort } from './chat-answers.ts';
import { questionFields, readOptions } from './chat-options.ts';
import { historyAnswer } from './chat-record.ts';
import { userOf } from '../people/users-by-id.ts';
import * as d from '../schemas.ts';
import type { Payer } from '../../models/index.ts';
import type { Call, Route, Services } from '../../http/index.ts';
import { route } from '../surface.ts';
import { answerWithin, EVENTS } from './chat.ts';

/* Chats of who is logged in, each in a conversation of their own, in the workspaces that there are for them. */

const params = Type.Object({ slug: Type.String() });

/** Nobody's key is used: the usage report has the user, whose owner's budgets are spent. */
async function payerOf(
  { keys }: Services,
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

/** A session that was opened with a key is worth no more than the key. */
async function holdersOf(keys: KeysContext, session: Session): Promise<readonly Holder[]> {
  if (session.actor.kind === 'key') return session.actor.caller.holders;
  return session.kind === 'user' ? holdersOfOwner(keys, session.user.ownerId) : holdersOfAdmin(keys);
}

export const webChatsRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/api/workspace/:slug/stream-chat',
    id: 'my_workspaces.stream_chat',
    summary: 'Ask one of the workspaces of whoever is logged in',
    description: `${EVENTS} Within the messages that a user may send in 24 hours.`,
    access: 'session',
    params,
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
  route({
    method: 'GET',
    path: '/api/workspace/:slug/chats',
    id: 'my_workspaces.chats',
    summary: 'What whoever is logged in has said in a workspace, outside of threads',
    access: 'session',
    params,
    responses: { 200: d.History, 404: 'stream' },
    handler: async (services, { session, params: { slug } }) => {
      const user = userOf(session);
      const workspace = await services.workspaces.members.workspaceFor(user, slug);
      if (workspace === undefined) return phrase(404);
      const conversation = { workspaceId: workspace.id, threadId: null, apiSessionId: null };
      const own = { ...conversation, userId: user?.id ?? null };
      return historyAnswer(services, own, { limit: Infinity, order: 'asc' });
    },
  }),
];
