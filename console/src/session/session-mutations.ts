import { unwrap } from '@keyward/sdk';
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { SESSION, sessionQuery } from './session-queries.ts';

export type SignIn = { key: string } | { password: string } | { username: string; password: string };

/** What an earlier person saw is forgotten. */
const forgetOthers = (queries: QueryClient): void =>
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION[0] });

/** Opens a session. */
export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SignIn) => unwrap(client.POST('/v1/session', { body })),
    onSuccess: (state) => {
      forgetOthers(queries);
      queries.setQueryData(sessionQuery.queryKey, state);
    },
  });
}

/** Ends the session. The frame then shows the way in. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => client.DELETE('/v1/session'),
    onSuccess: () => {
      queries.setQueryData(sessionQuery.queryKey, (before) => before && { ...before, session: null });
      forgetOthers(queries);
    },
  });
}
