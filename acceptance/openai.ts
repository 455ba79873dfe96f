import OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import type { Server } from './server.ts';

/** One answer as the client's `fetch` saw it. */
export interface Seen {
  url: string;
  status: number;
  headers: Headers;
  /** As latin1 text: a character a byte. */
  bytes: string;
}

/** The published client, unmodified. Does not retry by default. */
export function openai(server: Server, options: ClientOptions = {}): OpenAI {
  return new OpenAI({
    baseURL: `${server.url}/v1`,
    apiKey: server.home.adminKey,
    maxRetries: 0,
    ...options,
  });
}

/** A client that also notes every answer's bytes; those of a stream are known when `fetch` returns. */
export function watchedOpenai(server: Server, options: ClientOptions = {}): { client: OpenAI; seen: Seen[] } {
  const seen: Seen[] = [];
  const watchingFetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const response = await fetch(url, init);
    const address = url instanceof Request ? url.url : String(url);
    // The client also requests a `data:` URL to find out whether this platform has forms.
    if (!address.startsWith('http')) return response;
    const bytes = Buffer.from(await response.clone().arrayBuffer()).toString('latin1');
    seen.push({ url: address, status: response.status, headers: response.headers, bytes });
    return response;
  };
  return { client: openai(server, { ...options, fetch: watchingFetch }), seen };
}

export const CHAT_MODEL = 'smollm2-135m-instruct';
export const EMBEDDING_MODEL = 'all-minilm-l6-v2';
/** A question that the small model answers rightly. */
export const QUESTION = [{ role: 'user' as const, content: 'What is the capital of France?' }];

/** All items of a stream or of the pages of a list. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
