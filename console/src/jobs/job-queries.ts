import { unwrap, type components, type JobInput } from '@keyward/sdk';
import { queryOptions, useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { PAGE_ROWS, pagesQuery, type PageOf, type Pages } from '../api/pages.ts';
import { useLiveList, withFirstPage } from '../page/live-list.ts';
import type { JobSearch } from './routes.ts';

export type Job = components['schemas']['Job'];
export type AdminJob = components['schemas']['AdminJobDetails'];
export type JobRow = components['schemas']['AdminJob'];

const JOBS = ['jobs'] as const;
const EVERY_MS = 3_000;
const ENDED = new Set(['COMPLETED', 'FAILED', 'CANCELED', 'EXPIRED']);

export const isOver = ({ state }: Pick<Job, 'state'>): boolean => ENDED.has(state);

/** A row of the own list has no owner. */
export type ListedJob = Omit<JobRow, 'owner_id' | 'error_code'> & { owner_id?: string };

const idOf = ({ job_id: id }: ListedJob): string => id;

const jobsQuery = ({ state, all = false }: JobSearch) => ({
  ...pagesQuery([...JOBS, 'list', state ?? null, all], (page, signal): Promise<PageOf<ListedJob>> => {
    const query = { state, ...page };
    return all
      ? unwrap(client.GET('/v1/admin/jobs', { params: { query }, signal }))
      : unwrap(client.GET('/v1/jobs', { params: { query }, signal }));
  }),
  // The stream gives what is new.
  refetchOnWindowFocus: false,
});

/** The person's own jobs, or those of all owners; newest first. The first page is as it is now; who has scrolled reads on. */
export function useJobs(search: JobSearch) {
  const { state, all = false } = search;
  const query = jobsQuery(search);
  const jobs = useInfiniteQuery(query);
  useLiveList({
    path: all ? '/v1/admin/jobs/live' : '/v1/jobs/live',
    query: { limit: PAGE_ROWS, ...(state !== undefined && { state }) },
    queryKey: query.queryKey,
    isOn: jobs.data !== undefined,
    show: (data: Pages<PageOf<ListedJob>>, { items, next_cursor = null }, isHeld) =>
      withFirstPage(data, { items, next_cursor }, { isHeld, idOf }),
  });
  return jobs;
}

export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: [...JOBS, 'one', id],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/jobs/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data) ? false : EVERY_MS),
  });

/** A job of any owner, for administrators, without its texts. */
export const anyJobQuery = (id: string) =>
  queryOptions({
    queryKey: [...JOBS, 'any', id],
    queryFn: ({ signal }): Promise<AdminJob> =>
      unwrap(client.GET('/v1/admin/jobs/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) => (data === undefined || isOver(data) ? false : EVERY_MS),
  });

/** The result with its receipt, of a job that is over. */
export const resultQuery = (id: string) =>
  queryOptions({
    queryKey: [...JOBS, 'result', id],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/jobs/{id}/result', { params: { path: { id } }, signal })),
  });

export function useSubmitJob() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: JobInput) => unwrap(client.POST('/v1/jobs', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: JOBS }),
  });
}

export function useCancelJob(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.POST('/v1/jobs/{id}/cancel', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: JOBS }),
  });
}
