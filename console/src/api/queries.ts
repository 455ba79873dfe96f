import { KeywardApiError } from '@keyward/sdk';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { isSignedOut, SESSION, SHOWN, sessionQuery } from '../session/session-queries.ts';
import { showsSession } from './client.ts';

/** How long an answer counts as fresh, ms: going back to a page shows it at once. */
const FRESH_MS = 5_000;

/** How old the rights of the person may be when an answer says that they lack one, ms. */
const RIGHTS_FRESH_MS = 5_000;

/**
 * Asks who is signed in when an answer says that nobody is: the page then shows the way in. Asks for the rights when one is
 * missing: the role may have changed, and the page then shows what it includes.
 */
export function noticeRefusal(error: unknown): void {
  const age = Date.now() - (queryClient.getQueryState(SESSION)?.dataUpdatedAt ?? 0);
  const isRefused = error instanceof KeywardApiError && error.status === 403 && age > RIGHTS_FRESH_MS;
  if (isSignedOut(error) || isRefused) void queryClient.invalidateQueries({ queryKey: SESSION });
}

/** The answers of the server, and what is under way. */
export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeRefusal }),
  mutationCache: new MutationCache({ onError: noticeRefusal }),
  defaultOptions: {
    // The SDK repeats what may be repeated. Nothing waits for a network to be sent later, unseen: it fails at once, and says so.
    queries: { staleTime: FRESH_MS, retry: false, networkMode: 'always' },
    mutations: { retry: false, networkMode: 'always' },
  },
});

queryClient.setQueryDefaults(SHOWN, { gcTime: Infinity, staleTime: Infinity });

showsSession(() => queryClient.getQueryData(sessionQuery.queryKey)?.session?.id);
