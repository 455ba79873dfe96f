import { unwrap, type components } from '@keyward/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';

export type Gpu = components['schemas']['Gpu'];

const GPUS = ['marketplace'] as const;
const EVERY_MS = 5_000;

/** GPUs that their owners offer. */
export const gpusQuery = {
  ...pagesQuery(GPUS, (query, signal) =>
    unwrap(client.GET('/v1/marketplace/gpu/list', { params: { query }, signal })),
  ),
  refetchInterval: EVERY_MS,
};

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
