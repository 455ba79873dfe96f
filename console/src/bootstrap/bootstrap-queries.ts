import { unwrap, type components } from '@keyward/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type ManagedKey = components['schemas']['BootstrapKey'];

const BOOTSTRAP = ['bootstrap'] as const;
const PAGE_ROWS = 100;

/** The keys that runs of `keyward bootstrap` reported. */
export const managedKeysQuery = ({
  stack,
  state,
}: {
  stack?: string | undefined;
  state?: ManagedKey['state'] | undefined;
}) =>
  infiniteQueryOptions({
    queryKey: [...BOOTSTRAP, 'list', stack ?? null, state ?? null],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        client.GET('/v1/bootstrap/keys', {
          params: { query: { stack, state, limit: PAGE_ROWS, cursor: pageParam ?? undefined } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

export const managedKeyQuery = (stack: string, id: string) =>
  queryOptions({
    queryKey: [...BOOTSTRAP, stack, id],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/v1/bootstrap/keys/{stack}/{id}', { params: { path: { stack, id } }, signal })),
  });
