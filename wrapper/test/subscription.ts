import { readEvents } from '@keyward/sdk';
import type { GraphqlError } from './wrapper.ts';

export interface ChatEvent {
  kind: string;
  text?: string;
  sources?: { title: string | null; text: string | null }[];
}

export interface Result {
  data?: { chat: ChatEvent } | null;
  errors?: GraphqlError[];
}

export const CHAT = `subscription ($workspace: ID!, $message: String!, $thread: ID, $session: ID) {
  chat(workspace: $workspace, message: $message, thread: $thread, session: $session) {
    kind: __typename
    ... on ChatText { text }
    ... on ChatSources { sources { title text } }
  }
}`;

export interface Subscribe {
  key?: string;
  headers?: Record<string, string>;
  variables: { workspace: string; message: string; thread?: string; session?: string };
  signal?: AbortSignal;
}

/** Sends the subscription; the answer is a stream of events if it was begun. */
export function subscribe(
  url: string,
  { key, headers = {}, variables, signal }: Subscribe,
): Promise<Response> {
  return fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'text/event-stream',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
    },
    body: JSON.stringify({ query: CHAT, variables }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Its results, until it is complete. @throws Error for a stream that ends before */
export async function* resultsOf(response: Response): AsyncGenerator<Result> {
  let isComplete = false;
  for await (const { event, data } of readEvents(response.body)) {
    if (event === 'next') yield JSON.parse(data) as Result;
    isComplete ||= event === 'complete';
  }
  if (!isComplete) throw new Error('The subscription broke off.');
}

export async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
