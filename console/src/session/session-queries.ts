import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export const SESSION = ['session'] as const;

// Of the branch of the console only: the declared route replaces it.
export interface SessionState {
  mode: 'setup' | 'password' | 'multi-user';
  session: null | {
    id: string;
    kind: 'admin' | 'user';
    user: null | { id: number; username: string; role: string };
    owner_id: string;
    scopes: string[];
    workspaces: null | string[];
    expires_at: string;
  };
  oidc: { id: string; name: string }[];
  version: string;
}

/** Who is signed in, and the ways to sign in. */
export const sessionQuery = queryOptions({
  queryKey: SESSION,
  queryFn: async ({ signal }) => (await (await client.get('/v1/session', { signal })).json()) as SessionState,
  staleTime: 60_000,
});

/** The session of this page, below the frame that signs in. */
export function useSession(): NonNullable<SessionState['session']> {
  const { session } = useSuspenseQuery(sessionQuery).data;
  if (session === null) throw new Error('There is no session.');
  return session;
}

/** Whether the person may do what needs this scope. The server decides again. */
export function useMay(): (scope: string) => boolean {
  const { scopes } = useSession();
  return (scope) => scopes.includes(scope);
}
