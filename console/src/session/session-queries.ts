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

export const OWN_SESSIONS = ['own-sessions'] as const;

/** Where the person is signed in. */
export const ownSessionsQuery = queryOptions({
  queryKey: OWN_SESSIONS,
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/sessions', { signal }))).sessions,
});

/** Whether an invite can still be accepted. */
export const inviteQuery = (code: string) =>
  queryOptions({
    queryKey: ['invite', code],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/v1/session/invites/{code}', { params: { path: { code } }, signal })),
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
