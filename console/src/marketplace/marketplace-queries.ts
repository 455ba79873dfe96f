import { unwrap, type components } from '@keyward/sdk';
import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Gpu = components['schemas']['Gpu'];

const GPUS = ['marketplace'] as const;
const PAGE_ROWS = 100;
const EVERY_MS = 5_000;

/** GPUs that their owners offer. */
export const gpusQuery = infiniteQueryOptions({
  queryKey: GPUS,
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      client.GET('/v1/marketplace/gpu/list', {
        params: { query: { limit: PAGE_ROWS, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next_cursor }) => next_cursor,
  refetchInterval: EVERY_MS,
});

/** Only the jobs of whom has booked it run there meanwhile. */
export function useBooking(id: string) {
  const queries = useQueryClient();
  const onSuccess = (): Promise<void> => queries.invalidateQueries({ queryKey: GPUS });
  return {
    book: useMutation({
      mutationFn: (hours: number) =>
        unwrap(
          client.POST('/v1/marketplace/gpu/{id}/book', {
            params: { path: { id } },
            body: { duration_hours: hours },
          }),
        ),
      onSuccess,
    }),
    release: useMutation({
      mutationFn: () => unwrap(client.POST('/v1/marketplace/gpu/{id}/release', { params: { path: { id } } })),
      onSuccess,
    }),
  };
}
