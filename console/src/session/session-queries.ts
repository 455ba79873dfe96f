import { unwrap } from '@keyward/sdk';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export const SESSION = ['session'] as const;

/** Who is signed in, and the ways to sign in. */
export const sessionQuery = queryOptions({
  queryKey: SESSION,
  queryFn: ({ signal }) => unwrap(client.GET('/v1/session', { signal })),
  staleTime: 60_000,
});

export type SessionState = Awaited<ReturnType<NonNullable<typeof sessionQuery.queryFn>>>;
export type Session = NonNullable<SessionState['session']>;

/** The session of this page, below the frame that signs in. */
export function useSession(): Session {
  const { session } = useSuspenseQuery(sessionQuery).data;
  if (session === null) throw new Error('There is no session.');
  return session;
}

/** Whether the person may do what needs this scope. The server decides again. */
export function useMay(): (scope: string) => boolean {
  const { scopes } = useSession();
  return (scope) => scopes.some((one) => one === scope);
}
