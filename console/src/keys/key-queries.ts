import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';
import type { Key } from './holdings/draft.ts';
import type { KeySearch } from './routes.ts';

const DAY_SECONDS = 86_400;

/** All queries of keys begin with it. */
export const KEYS = ['keys'] as const;
const LISTS = [...KEYS, 'list'] as const;

type KeyList = components['schemas']['KeyList'];

/** The keys that fit, a page after the other. */
export const keysQuery = ({ unused, expiring, ...search }: KeySearch & { parent?: string }) => ({
  ...pagesQuery([...LISTS, search, unused ?? null, expiring ?? null], (page, signal) => {
    const query = {
      ...search,
      ...(unused === undefined ? {} : { unused_for_seconds: unused * DAY_SECONDS }),
      ...(expiring === undefined ? {} : { expiring_within_seconds: expiring * DAY_SECONDS }),
      ...page,
    };
    return unwrap(client.GET('/v1/keys', { params: { query }, signal }));
  }),
  // All pages that were scrolled through would be read again, and compared with what was there.
  refetchOnWindowFocus: false,
  structuralSharing: false,
});

/** A key with the ETag of what was read. */
export interface ReadKey {
  key: Key;
  etag: string | null;
}

/** An answer, and the ETag of what it shows. */
export async function withEtag<T extends object>(
  asked: Promise<{ data?: T; response: Response }>,
): Promise<T & { etag: string | null }> {
  const answer = await asked;
  return { ...(await unwrap(Promise.resolve(answer))), etag: answer.response.headers.get('etag') };
}

export const keyQuery = (id: string) =>
  queryOptions({
    queryKey: [...KEYS, 'one', id],
    queryFn: async ({ signal }): Promise<ReadKey> => {
      const { etag, ...key } = await withEtag(
        client.GET('/v1/keys/{id}', { params: { path: { id } }, signal }),
      );
      return { key, etag };
    },
  });

/** What a change has made of a key: in its page, and in its row of each list. */
export function storeKey(queries: QueryClient, read: ReadKey): void {
  const { key } = read;
  queries.setQueryData(keyQuery(key.id).queryKey, read);
  queries.setQueriesData<InfiniteData<KeyList>>(
    { queryKey: LISTS },
    (lists) =>
      lists && {
        ...lists,
        pages: lists.pages.map((page) => ({
          ...page,
          items: page.items.map((one) => (one.id === key.id ? key : one)),
        })),
      },
  );
}

/** A new key belongs into the lists that are shown next. */
export const forgetLists = (queries: QueryClient): Promise<void> =>
  queries.invalidateQueries({ queryKey: LISTS });

/** How often what changes by itself is read again while it is looked at, ms. */
const LIVE_MS = 5_000;

/** Its limits and budgets as they are now, with those of its ancestors and owners. */
export const boundsQuery = (id: string) =>
  queryOptions({
    queryKey: [...KEYS, 'bounds', id],
    queryFn: ({ signal }) =>
      unwrap(client.POST('/v1/keys/{id}/explain', { params: { path: { id } }, body: {}, signal })),
    refetchInterval: LIVE_MS,
  });

/** Which of its scopes requests needed, and when last. */
export const scopesQuery = (id: string) =>
  queryOptions({
    queryKey: [...KEYS, 'scopes', id],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/keys/{id}/scopes', { params: { path: { id } }, signal })),
  });

export const usageQuery = (id: string, days: number) =>
  queryOptions({
    queryKey: [...KEYS, 'usage', id, days],
    queryFn: ({ signal }) => {
      const from = new Date(Date.now() - days * DAY_SECONDS * 1_000).toISOString();
      const query = { from, step: stepOf(days) };
      return unwrap(client.GET('/v1/keys/{id}/usage', { params: { path: { id }, query }, signal }));
    },
    refetchInterval: 6 * LIVE_MS,
  });

/** More than 200 bars are no plot. */
export const stepOf = (days: number): 'hour' | 'day' => (days <= 7 ? 'hour' : 'day');

const NAMES_MS = 60_000;

/** The names that a form proposes; none where the person may not list them. */
export const modelNamesQuery = queryOptions({
  queryKey: ['model-names'],
  queryFn: async ({ signal }) =>
    (await unwrap(client.GET('/v1/models', { signal }))).data.map(({ id }) => id),
  staleTime: NAMES_MS,
});

export const workspaceNamesQuery = queryOptions({
  queryKey: ['workspace-names'],
  queryFn: async ({ signal }) =>
    (await unwrap(client.GET('/v1/workspaces', { signal }))).workspaces.map(({ slug }) => slug),
  staleTime: NAMES_MS,
});
