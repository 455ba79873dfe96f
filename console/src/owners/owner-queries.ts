import { unwrap, type components } from '@keyward/sdk';
import { infiniteQueryOptions, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Owner = components['schemas']['Owner'];
export type OwnerDraft = components['schemas']['OwnerRequest'];
export type OwnerChange = components['schemas']['OwnerChange'];

export const OWNERS = ['owners'] as const;
const PAGE_ROWS = 100;

/** All owners that the person may see. */
export const ownersQuery = infiniteQueryOptions({
  queryKey: [...OWNERS, 'list'],
  queryFn: ({ pageParam, signal }) =>
    unwrap(
      client.GET('/v1/owners', {
        params: { query: { limit: PAGE_ROWS, cursor: pageParam ?? undefined } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: ({ next_cursor }) => next_cursor,
});

export const ownerQuery = (id: string) =>
  queryOptions({
    queryKey: [...OWNERS, 'one', id],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/owners/{id}', { params: { path: { id } }, signal })),
  });

export function useAddOwner() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: OwnerDraft) => unwrap(client.POST('/v1/owners', { body })),
    onSuccess: () => queries.invalidateQueries({ queryKey: OWNERS }),
  });
}

/** Suspending an owner ends what its keys are doing. */
export function useChangeOwner(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: OwnerChange) =>
      unwrap(client.PATCH('/v1/owners/{id}', { params: { path: { id } }, body })),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: OWNERS });
      await queries.invalidateQueries({ queryKey: ['keys'] });
    },
  });
}

/** Revokes the keys of the owner. */
export function useDeleteOwner(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE('/v1/owners/{id}', { params: { path: { id } } })),
    // Not what the page of the deleted one shows.
    onSuccess: () => queries.invalidateQueries({ queryKey: ownersQuery.queryKey }),
  });
}
