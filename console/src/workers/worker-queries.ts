import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { updatedRows, useLiveList } from '../page/live-list.ts';

export type Worker = components['schemas']['Worker'];
export type WorkerDetails = components['schemas']['AdminWorkerDetails'];
export type Enrolment = components['schemas']['WorkerEnrolment'];

const WORKERS = ['workers'] as const;
const EVERY_MS = 3_000;

const LIST = [...WORKERS, 'list'] as const;

export const workersQuery = queryOptions({
  queryKey: LIST,
  queryFn: async ({ signal }) => shownOf(await unwrap(client.GET('/v1/workers', { signal }))),
  // The stream gives what is new.
  refetchOnWindowFocus: false,
});

/** The server gives the latest seen; `isCut`: there are more. */
interface Workers {
  rows: Worker[];
  isCut: boolean;
}

const idOf = ({ worker_id: id }: Worker): string => id;
/** The server gives the latest seen first: rows would change places all the time. */
const byName = (workers: readonly Worker[]): Worker[] =>
  workers.toSorted((a, b) => a.name.localeCompare(b.name) || (idOf(a) < idOf(b) ? -1 : 1));

const shownOf = ({ items, has_more = false }: { items: Worker[]; has_more?: boolean }): Workers => ({
  rows: byName(items),
  isCut: has_more,
});

/** The person's own workers; for administrators those of all owners. */
export function useWorkers() {
  const workers = useQuery(workersQuery);
  useLiveList({
    path: '/v1/workers/live',
    queryKey: LIST,
    isOn: workers.data !== undefined,
    show: (shown: Workers, list, isHeld) =>
      isHeld ? { ...shown, rows: updatedRows(shown.rows, list.items, idOf) } : shownOf(list),
  });
  return workers;
}

/** The same, asked again and again: below an open dialog the list that is followed stands still. */
export const useNewWorkers = () => useQuery({ ...workersQuery, refetchInterval: EVERY_MS });

/** One worker of any owner, for administrators. */
export const workerQuery = (id: string) =>
  queryOptions({
    queryKey: [...WORKERS, 'one', id],
    queryFn: ({ signal }): Promise<WorkerDetails> =>
      unwrap(client.GET('/v1/admin/miners/{id}', { params: { path: { id } }, signal })),
    refetchInterval: EVERY_MS,
  });

/** A paused worker finishes what it has, and gets no more until it is resumed. */
export function usePauseWorker(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (verb: 'pause' | 'resume') =>
      unwrap(client.POST(`/v1/workers/{id}/${verb}`, { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: WORKERS }),
  });
}

/** Makes a one-time token. It is forgotten as soon as its dialog closes (`reset`). */
export const useEnroll = () =>
  useMutation({
    gcTime: 0,
    mutationFn: (name: string) => unwrap(client.POST('/v1/workers/enroll', { body: { name } })),
  });

/** The worker gets no more jobs, finishes what it has, and leaves. */
export function useRemoveWorker(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE('/v1/workers/{id}', { params: { path: { id } } })),
    // Its own page would ask for what is gone.
    onSuccess: () =>
      void queries.invalidateQueries({
        queryKey: WORKERS,
        predicate: ({ queryKey }) => queryKey[1] !== 'one',
      }),
  });
}
