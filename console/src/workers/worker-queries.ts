import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Worker = components['schemas']['Worker'];

const WORKERS = ['workers'] as const;
const EVERY_MS = 3_000;
const SHOWN_MAX = 200;

/** The person's own workers; for administrators those of all owners. */
export const workersQuery = (isAdmin: boolean) =>
  queryOptions({
    queryKey: [...WORKERS, isAdmin],
    queryFn: async ({ signal }): Promise<Worker[]> =>
      isAdmin
        ? (await unwrap(client.GET('/v1/admin/miners', { params: { query: { limit: SHOWN_MAX } }, signal })))
            .items
        : (await unwrap(client.GET('/v1/workers', { signal }))).items,
    refetchInterval: EVERY_MS,
  });

/** The worker gets no more jobs, finishes what it has, and leaves. */
export function useRemoveWorker(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE('/v1/workers/{id}', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: WORKERS }),
  });
}
