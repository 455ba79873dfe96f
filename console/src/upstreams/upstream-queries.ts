import { unwrap } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';
import type { UpstreamChange, UpstreamDraft } from './upstream-draft.ts';

const UPSTREAMS = ['upstreams'] as const;
const EVERY_MS = 10_000;

/** All upstreams with their health. */
export const upstreamsQuery = {
  ...pagesQuery(UPSTREAMS, (query, signal) =>
    unwrap(client.GET('/v1/upstreams', { params: { query }, signal })),
  ),
  refetchInterval: EVERY_MS,
};

export const upstreamQuery = (id: string) =>
  queryOptions({
    queryKey: [...UPSTREAMS, id],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/upstreams/{id}', { params: { path: { id } }, signal })),
  });

/** Changes the list of upstreams and of models. `gcTime`: the credential of an upstream is kept no longer than it takes. */
function useUpstreamMutation<Variables, Result>(mutationFn: (variables: Variables) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    gcTime: 0,
    // Also after a refusal: somebody else may have changed it.
    onSettled: async () => {
      await queries.invalidateQueries({ queryKey: UPSTREAMS });
      await queries.invalidateQueries({ queryKey: ['models'] });
    },
  });
}

export const useAddUpstream = () =>
  useUpstreamMutation((body: UpstreamDraft) => unwrap(client.POST('/v1/upstreams', { body })));

/** Changes nothing if somebody else has changed the upstream meanwhile. */
export const useChangeUpstream = (id: string) =>
  useUpstreamMutation(({ revision, body }: { revision: number; body: UpstreamChange }) =>
    unwrap(
      client.PATCH('/v1/upstreams/{id}', {
        params: { path: { id }, header: { 'if-match': `"${revision}"` } },
        body,
      }),
    ),
  );

export function useRemoveUpstream(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE('/v1/upstreams/{id}', { params: { path: { id } } })),
    // Not what the page of the removed one shows.
    onSuccess: () => queries.invalidateQueries({ queryKey: UPSTREAMS, exact: true }),
  });
}

/** Asks the upstream, step by step. */
export const useTestUpstream = (id: string) =>
  useUpstreamMutation(() => unwrap(client.POST('/v1/upstreams/{id}/test', { params: { path: { id } } })));
