import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { updatedRows, useLiveList } from '../page/live-list.ts';

export type Worker = components['schemas']['Worker'];

const WORKERS = ['workers'] as const;

const workersQuery = queryOptions({
  queryKey: WORKERS,
  queryFn: async ({ signal }) => byName((await unwrap(client.GET('/v1/workers', { signal }))).items),
  // The stream gives what is new.
  refetchOnWindowFocus: false,
});

const idOf = ({ worker_id: id }: Worker): string => id;
/** The server gives the latest seen first: rows would change places all the time. */
const byName = (workers: readonly Worker[]): Worker[] =>
  workers.toSorted((a, b) => a.name.localeCompare(b.name) || (idOf(a) < idOf(b) ? -1 : 1));

/** The person's own workers; for administrators those of all owners. */
export function useWorkers() {
  const workers = useQuery(workersQuery);
  useLiveList({
    path: '/v1/workers/live',
    queryKey: WORKERS,
    isOn: workers.data !== undefined,
    show: (shown: Worker[], { items }, isHeld) => (isHeld ? updatedRows(shown, items, idOf) : byName(items)),
  });
  return workers;
}

/** The worker gets no more jobs, finishes what it has, and leaves. */
export function useRemoveWorker(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE('/v1/workers/{id}', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: WORKERS }),
  });
}
