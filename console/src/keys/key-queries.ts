import { unwrap } from '@keyward/sdk';
import { infiniteQueryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import type { KeySearch } from './routes.ts';

const PAGE_ROWS = 100;

/** All queries of keys begin with it. */
export const KEYS = ['keys'] as const;

/** The keys that fit, a page after the other. */
export const keysQuery = (search: KeySearch) =>
  infiniteQueryOptions({
    queryKey: [...KEYS, 'list', search],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/v1/keys', {
          params: {
            query: {
              q: search.q,
              state: search.state,
              limit: PAGE_ROWS,
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });
