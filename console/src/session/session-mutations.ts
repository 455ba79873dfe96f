import { unwrap } from '@keyward/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { SESSION, type SessionState } from './session-queries.ts';

export type SignIn = { key: string } | { password: string } | { username: string; password: string };

/** Opens a session. What an earlier person saw is forgotten. */
export function useSignIn() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (body: SignIn) =>
      unwrap(client.POST('/v1/session' as never, { body } as never)) as Promise<SessionState>,
    onSuccess: (state) => {
      queries.clear();
      queries.setQueryData(SESSION, state);
    },
  });
}

/** Ends the session. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => client.DELETE('/v1/session' as never, {} as never),
    onSuccess: () => {
      const before = queries.getQueryData<SessionState>(SESSION);
      queries.clear();
      if (before !== undefined) queries.setQueryData(SESSION, { ...before, session: null });
    },
  });
}
