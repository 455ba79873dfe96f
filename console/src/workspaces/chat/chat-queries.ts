import { unwrap, type components, type Source } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { WORKSPACES } from '../workspace-queries.ts';

/** Where a question is asked: a thread, or the person's own conversation. */
export interface ChatPlace {
  slug: string;
  thread?: string | undefined;
  /** Of the own conversation; questions with the same one have a history of their own. */
  sessionId: string;
}

/** A question with its answer. */
export interface Turn {
  chatId: number;
  question: string;
  /** ms since 1970. */
  sentAt: number;
  text: string;
  sources: Source[];
  feedback: boolean | null;
}

type Message = components['schemas']['Message'];

/** Turns of a conversation, oldest first. */
export interface History {
  turns: Turn[];
  /** There are turns before these. */
  hasEarlier: boolean;
}

/** Turns are read by so many. */
const READ_TURNS = 100;

/** How many turns are read where so many are shown. */
export const readTurns = (shown: number): number => Math.max(1, Math.ceil(shown / READ_TURNS)) * READ_TURNS;

function turnsOf(history: readonly Message[]): Turn[] {
  const turns = new Map<number, Turn>();
  for (const message of history) {
    const { chatId, content, sentAt } = message;
    const turn = turns.get(chatId) ?? {
      chatId,
      question: '',
      sentAt: sentAt * 1_000,
      text: '',
      sources: [],
      feedback: null,
    };
    if ('sources' in message)
      Object.assign(turn, { text: content, sources: message.sources, feedback: message.feedbackScore });
    else turn.question = content;
    turns.set(chatId, turn);
  }
  return [...turns.values()];
}

export const historyKey = ({ slug, thread, sessionId }: ChatPlace) =>
  [...WORKSPACES, 'chats', slug, thread ?? null, sessionId] as const;

/** @param turnsMax the latest ones */
export const historyQuery = (place: ChatPlace, turnsMax: number) =>
  queryOptions({
    queryKey: historyKey(place),
    queryFn: ({ signal }) => historyOf(place, turnsMax, signal),
  });

async function historyOf(
  { slug, thread, sessionId }: ChatPlace,
  turnsMax: number,
  signal: AbortSignal,
): Promise<History> {
  // The latest ones: with `asc` the limit would leave them out.
  const part = { limit: String(turnsMax + 1), orderBy: 'desc' };
  const own = { path: { slug }, query: { apiSessionId: sessionId, ...part } };
  const { history } = await unwrap(
    thread === undefined
      ? client.GET('/v1/workspace/{slug}/chats', { params: own, signal })
      : client.GET('/v1/workspace/{slug}/thread/{threadSlug}/chats', {
          params: { path: { slug, threadSlug: thread }, query: part },
          signal,
        }),
  );
  const turns = turnsOf(history).toReversed();
  return { turns: turns.slice(-turnsMax), hasEarlier: turns.length > turnsMax };
}

/** Until a model can answer again, ms. */
const UNREADY_EVERY_MS = 3_000;
const READY_EVERY_MS = 30_000;

export const readinessKey = (slug: string) => [...WORKSPACES, 'readiness', slug] as const;

/** Whether a model can answer in the workspace now. */
export const readinessQuery = (slug: string) =>
  queryOptions({
    queryKey: readinessKey(slug),
    queryFn: ({ signal }) =>
      unwrap(client.GET('/v1/workspace/{slug}/chat-readiness', { params: { path: { slug } }, signal })),
    refetchInterval: ({ state: { data } }) => (data?.state === 'ready' ? READY_EVERY_MS : UNREADY_EVERY_MS),
  });

/** Names are in the list of workspaces alone. */
export const threadsQuery = (slug: string) =>
  queryOptions({
    queryKey: [...WORKSPACES, 'threads', slug],
    queryFn: async ({ signal }) => {
      const { workspaces } = await unwrap(client.GET('/v1/workspaces', { signal }));
      return workspaces.find((one) => one.slug === slug)?.threads ?? [];
    },
  });

export type Thread = components['schemas']['WorkspaceInList']['threads'][number];

/** The name of a thread until its first question. */
export const UNNAMED = 'New thread';

export function useThreadChanges(slug: string) {
  const queries = useQueryClient();
  // Not the chats: those of a thread that was deleted are gone.
  const onSuccess = async (): Promise<void> => {
    const changed = [['list'], ['threads', slug], ['one', slug]];
    await Promise.all(changed.map((key) => queries.invalidateQueries({ queryKey: [...WORKSPACES, ...key] })));
  };
  const create = useMutation({
    mutationFn: async (userId: number | undefined) => {
      const body = { name: UNNAMED, ...(userId === undefined ? {} : { userId }) };
      const params = { path: { slug } };
      const { thread, message } = await unwrap(
        client.POST('/v1/workspace/{slug}/thread/new', { params, body }),
      );
      if (thread === null) throw new Error(message ?? 'The thread was not made.');
      return thread;
    },
    onSuccess,
  });
  const rename = useMutation({
    mutationFn: ({ threadSlug, name }: { threadSlug: string; name: string }) =>
      unwrap(
        client.POST('/v1/workspace/{slug}/thread/{threadSlug}/update', {
          params: { path: { slug, threadSlug } },
          body: { name },
        }),
      ),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (threadSlug: string) =>
      client.DELETE('/v1/workspace/{slug}/thread/{threadSlug}', {
        params: { path: { slug, threadSlug } },
        parseAs: 'text',
      }),
    onSuccess,
  });
  return { create, rename, remove };
}

/** null takes an opinion back. */
export function useFeedback(place: ChatPlace) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ chatId, feedback }: { chatId: number; feedback: boolean | null }) =>
      unwrap(
        client.POST('/api/workspace/{slug}/chat-feedback/{chatId}', {
          params: { path: { slug: place.slug, chatId: String(chatId) } },
          body: { feedback },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: historyKey(place) }),
  });
}
