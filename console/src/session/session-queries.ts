import { KeywardApiError, unwrap } from '@keyward/sdk';
import { queryOptions, useSuspenseQuery } from '@tanstack/react-query';
import { createContext, use } from 'react';
import { client } from '../api/client.ts';

export const SESSION = ['session'] as const;

/** Whether an answer says that nobody is signed in. The Developer API says of an ended session what it says of a bad key, with 403. */
export const isSignedOut = (error: unknown): boolean =>
  error instanceof KeywardApiError &&
  (error.code === 'invalid_session' ||
    error.code === 'missing_key' ||
    (error.code === 'invalid_key' && error.status === 403));

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
  queryFn: async ({ signal }) => {
    const { sessions, has_more: hasMore } = await unwrap(client.GET('/v1/sessions', { signal }));
    return { rows: sessions, hasMore };
  },
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

/** The owner whose page is open. It outlasts the session: who comes back finds what was typed. Unset after signing out. */
export const SHOWN = [...SESSION, 'shown'] as const;

/** The session of the open page; while it has ended, the last one. */
export const ShownSession = createContext<Session | null>(null);

/** The session of this page, below the frame that signs in. */
export function useSession(): Session {
  const session = use(ShownSession);
  if (session === null) throw new Error('There is no session.');
  return session;
}

/** Whether somebody is signed in at this moment. */
export const useIsSignedIn = (): boolean => useSuspenseQuery(sessionQuery).data.session !== null;

/** Whether the person may do what needs this scope. The server decides again. */
export function useMay(): (scope: string) => boolean {
  const { scopes } = useSession();
  return (scope) => scopes.some((one) => one === scope);
}
