import { unwrap } from '@keyward/sdk';
import { useMutation, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { ADDRESS, client } from '../api/client.ts';
import { OWN_SESSIONS, SESSION, SHOWN, sessionQuery, type SessionState } from './session-queries.ts';

export type SignIn = { key: string } | { password: string } | { username: string; password: string };
export type Setup = { password: string } | { username: string; password: string };

const isOther = ({ queryKey }: { queryKey: readonly unknown[] }): boolean => queryKey[0] !== SESSION[0];

/**
 * What another person saw is forgotten; who comes back goes on. An answer still on its way tells of the session before: it must
 * not replace this one.
 */
async function setSession(
  queries: QueryClient,
  next: (before: SessionState | undefined) => SessionState | undefined,
): Promise<void> {
  await queries.cancelQueries({ queryKey: SESSION });
  const owner = next(queries.getQueryData(sessionQuery.queryKey))?.session?.owner_id;
  const isSame = owner !== undefined && owner === queries.getQueryData(SHOWN);
  if (!isSame) queries.removeQueries({ queryKey: SHOWN });
  queries.setQueryData(sessionQuery.queryKey, next);
  if (isSame) await queries.invalidateQueries({ predicate: isOther });
  else queries.removeQueries({ predicate: isOther });
}

/** A request that answers with another session. Its variables, such as a password, are kept no longer than it takes. */
function useSessionChange<Variables>(mutationFn: (variables: Variables) => Promise<SessionState>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    gcTime: 0,
    onSuccess: (state) => setSession(queries, () => state),
  });
}

/** Opens a session. */
export const useSignIn = () =>
  useSessionChange((body: SignIn) => unwrap(client.POST('/v1/session', { body })));

/** Sets the first password, or makes the first user. */
export const useSetup = () =>
  useSessionChange((body: Setup) => unwrap(client.POST('/v1/session/setup', { body })));

/** Ends all other sessions of the person. */
export const useChangePassword = () =>
  useSessionChange((body: { current: string; password: string }) =>
    unwrap(client.POST('/v1/session/password', { body })),
  );

/** Sets a new password by two recovery codes. */
export const useRecover = () =>
  useSessionChange((body: { username: string; codes: string[]; password: string }) =>
    unwrap(client.POST('/v1/session/recover', { body })),
  );

/** Makes the account of an invite. */
export const useAcceptInvite = (code: string) =>
  useSessionChange((body: { username: string; password: string }) =>
    unwrap(client.POST('/v1/session/invites/{code}', { params: { path: { code } }, body })),
  );

/** Gives recovery codes once. */
export const useRecoveryCodes = () =>
  useMutation({
    mutationFn: (body: { current: string }) => unwrap(client.POST('/v1/session/recovery-codes', { body })),
    gcTime: 0,
    meta: { unseen: 'New recovery codes replaced yours, and nobody saw them. Make new ones again.' },
  });

const SIGNED_OUT = `keyward-signed-out ${ADDRESS}`;

const signOut = (queries: QueryClient): Promise<void> =>
  setSession(queries, (before) => before && { ...before, session: null });

/** Ends the session. The frame then shows the way in, also in the other windows of this browser. */
export function useSignOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => client.DELETE('/v1/session'),
    onSuccess: async () => {
      const windows = new BroadcastChannel(SIGNED_OUT);
      windows.postMessage(null);
      windows.close();
      await signOut(queries);
    },
  });
}

/** Who signs out in one window leaves nothing in the others; a session that ends by itself keeps what was typed. */
export function useSignedOutElsewhere(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const windows = new BroadcastChannel(SIGNED_OUT);
    windows.addEventListener('message', () => void signOut(queries));
    return () => {
      windows.close();
    };
  }, [queries]);
}

/** Ends one session; null: all but this one. */
export function useEndSessions() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (id: string | null): Promise<void> => {
      if (id === null) await client.DELETE('/v1/sessions');
      else await client.DELETE('/v1/sessions/{id}', { params: { path: { id } } });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: OWN_SESSIONS }),
  });
}
