import { unwrap, type components } from '@keyward/sdk';
import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Batch = components['schemas']['Batch'];

const BATCHES = ['batches'] as const;
const PAGE_ROWS = 50;
const EVERY_MS = 5_000;

/** The person's batches, newest first. */
export const batchesQuery = infiniteQueryOptions({
  queryKey: BATCHES,
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      client.GET('/v1/batches', {
        params: { query: { limit: PAGE_ROWS, after: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ has_more, last_id }) => (has_more ? last_id : null),
  refetchInterval: EVERY_MS,
});

export function useCancelBatch(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.POST('/v1/batches/{id}/cancel', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: BATCHES }),
  });
}
