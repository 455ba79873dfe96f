import { unwrap, type WorkspaceAnswer } from '@keyward/sdk';
import type { Context } from './context.ts';
import { badInput, failure, notFound, unlessStatus } from './errors.ts';
import { wholeWithin } from './paging.ts';
import { sourceOf } from './turns.ts';

interface Question {
  workspace: string;
  message: string;
  thread?: string | null;
  session?: string | null;
  mode?: 'AUTOMATIC' | 'CHAT' | 'QUERY' | null;
}

interface SearchArguments {
  query: string;
  topN?: number | null;
  scoreThreshold?: number | null;
}

const PASSAGES_MAX = 100;

type Mode = 'automatic' | 'chat' | 'query';

function questionOf({ workspace: slug, message, thread, session, mode }: Question) {
  if (message.trim() === '') throw badInput('message', 'must not be empty; such as "When do we open?".');
  if (typeof thread === 'string' && typeof session === 'string')
    throw badInput('session', 'must not be given together with thread: a thread has a history of its own.');
  const body: { message: string; sessionId?: string; mode?: Mode } = { message };
  if (typeof session === 'string') body.sessionId = session;
  if (typeof mode === 'string') body.mode = mode.toLowerCase() as Mode;
  return { slug, thread: thread ?? undefined, body };
}

async function chat(_: unknown, asked: Question, { upstream }: Context) {
  const { slug, thread, body } = questionOf(asked);
  const answer = await upstream.change(({ client, signal }) =>
    thread === undefined
      ? unwrap(client.POST('/v1/workspace/{slug}/chat', { params: { path: { slug } }, body, signal }))
      : unwrap(
          client.POST('/v1/workspace/{slug}/thread/{threadSlug}/chat', {
            params: { path: { slug, threadSlug: thread } },
            body,
            signal,
          }),
        ),
  );
  // A model that says nothing is answered with status 200 there.
  if (answer.type === 'abort' || answer.textResponse === null)
    throw failure('UPSTREAM_UNAVAILABLE', answer.error ?? 'The model has given no answer.');
  return {
    turnId: answer.chatId === undefined ? null : String(answer.chatId),
    text: answer.textResponse,
    sources: answer.sources.map(sourceOf),
    thoughts: answer.thoughts ?? [],
  };
}

async function search(slug: string, { query, topN, scoreThreshold }: SearchArguments, { upstream }: Context) {
  if (query.trim() === '') throw badInput('query', 'must not be empty; such as "opening hours".');
  if (typeof scoreThreshold === 'number' && !(scoreThreshold >= 0 && scoreThreshold <= 1))
    throw badInput('scoreThreshold', 'must be from 0 to 1, such as 0.25.');
  const body = {
    query,
    ...(typeof topN === 'number' ? { topN: wholeWithin('topN', topN, PASSAGES_MAX) } : {}),
    ...(typeof scoreThreshold === 'number' ? { scoreThreshold } : {}),
  };
  const params = { path: { slug } };
  const found = await upstream.ask(({ client, signal }) =>
    unlessStatus([400], unwrap(client.POST('/v1/workspace/{slug}/vector-search', { params, body, signal }))),
  );
  if (found === undefined) throw notFound(`The workspace ${slug}`);
  return found.results.map(({ metadata, ...passage }) => ({ ...metadata, ...passage }));
}

/** An event of the source: an error is one too, so that the subscription ends with it as its last result. */
type ChatEvent = { event: WorkspaceAnswer } | { error: unknown };

async function* events(_: unknown, asked: Question, { upstream }: Context): AsyncGenerator<ChatEvent> {
  try {
    const { body, ...place } = questionOf(asked);
    const question = { ...place, ...body };
    for await (const event of upstream.stream(({ client, signal }) =>
      client.askWorkspace(question, { signal }),
    ))
      yield { event };
  } catch (error) {
    yield { error };
  }
}

function eventOf(given: ChatEvent): object {
  if ('error' in given) throw given.error;
  const { event } = given;
  if (event.kind === 'sources') return { __typename: 'ChatSources', sources: event.sources.map(sourceOf) };
  return { __typename: event.kind === 'text' ? 'ChatText' : 'ChatThought', text: event.text };
}

export const chatResolvers = {
  Query: {
    search: (
      _: unknown,
      { workspace, ...asked }: SearchArguments & { workspace: string },
      context: Context,
    ) => search(workspace, asked, context),
  },
  Mutation: { chat },
  Subscription: { chat: { subscribe: events, resolve: eventOf } },
  Workspace: {
    search: ({ slug }: { slug: string }, asked: SearchArguments, context: Context) =>
      search(slug, asked, context),
  },
};
