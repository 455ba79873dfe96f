import { unwrap, type components } from '@keyward/sdk';
import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { firstRows, pagesQuery } from '../api/pages.ts';
import { given } from '../page/search-values.ts';
import { changeOf, draftOf, type Owner, type OwnerChange, type OwnerDraft } from './owner-draft.ts';

export const OWNERS = ['owners'] as const;

const LISTS = [...OWNERS, 'list'] as const;

/** The owners that the person may see. @param q part of the name or the id */
export const ownersQuery = (q: string | undefined) =>
  pagesQuery([...LISTS, q ?? null], (page, signal) =>
    unwrap(client.GET('/v1/owners', { params: { query: given({ ...page, q }) }, signal })),
  );

/** As many as a list of choices shows. */
const CHOICES_MAX = 50;

/** The newest owners that fit, for a choice. */
export const ownerChoicesQuery = (q: string) =>
  queryOptions({
    queryKey: [...OWNERS, 'choices', q],
    queryFn: async ({ signal, client: queries }) => {
      const found = await firstRows(CHOICES_MAX, (page) => {
        const query = { ...page, ...(q === '' ? {} : { q }) };
        return unwrap(client.GET('/v1/owners', { params: { query }, signal }));
      });
      // The one that is chosen is shown by its name at once.
      for (const owner of found.rows) queries.setQueryData(ownerQuery(owner.id).queryKey, owner);
      return found;
    },
    placeholderData: keepPreviousData,
  });

/** As many names as are read for lists that have ids. */
const NAMES_MAX = 100;
const NAMES_FRESH_MS = 60_000;

/** Names of the newest owners by their ids, for lists that have the ids alone. */
export const ownerNamesQuery = queryOptions({
  queryKey: [...OWNERS, 'names'],
  queryFn: async ({ signal }) => {
    const { rows } = await firstRows(NAMES_MAX, (query) =>
      unwrap(client.GET('/v1/owners', { params: { query }, signal })),
    );
    return Object.fromEntries(rows.map(({ id, name }) => [id, name]));
  },
  staleTime: NAMES_FRESH_MS,
});

export const ownerQuery = (id: string) =>
  queryOptions({
    queryKey: [...OWNERS, 'one', id],
    queryFn: ({ signal }): Promise<Owner> =>
      unwrap(client.GET('/v1/owners/{id}', { params: { path: { id } }, signal })),
  });

/** How often what changes by itself is read again while it is looked at, ms. */
const LIVE_MS = 5_000;

/** Its limits and budgets as they are now. */
export const ownerBoundsQuery = (id: string) =>
  queryOptions({
    queryKey: [...OWNERS, 'bounds', id],
    queryFn: ({ signal }) => unwrap(client.GET('/v1/owners/{id}', { params: { path: { id } }, signal })),
    refetchInterval: LIVE_MS,
  });

export function useAddOwner() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: components['schemas']['OwnerRequest']) => unwrap(client.POST('/v1/owners', { body })),
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

/**
 * Changes settings that were edited from `start`. The server takes lists of bounds whole: one that somebody else has changed
 * since then is not overwritten. Guarded by console/test/owners.test.ts.
 */
export function useSaveOwner(id: string) {
  const queries = useQueryClient();
  const change = useChangeOwner(id);
  return useMutation({
    mutationFn: async ({ body, start }: { body: OwnerChange; start: OwnerDraft }) => {
      const now = draftOf(await queries.fetchQuery({ ...ownerQuery(id), staleTime: 0 }));
      for (const list of LISTS_OF_BOUNDS)
        if (body[list] !== undefined && changeOf(start, now)[list] !== undefined)
          throw new Error(
            `Somebody else has changed the ${list} meanwhile. Discard your changes, then make them again.`,
          );
      return change.mutateAsync(body);
    },
  });
}

const LISTS_OF_BOUNDS = ['limits', 'budgets'] as const;

/** Revokes the keys of the owner. */
export function useDeleteOwner(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.DELETE('/v1/owners/{id}', { params: { path: { id } } })),
    // Not what the page of the deleted one shows.
    onSuccess: () => queries.invalidateQueries({ queryKey: LISTS }),
  });
}
