import { KeywardApiError } from '@keyward/sdk';
import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { SESSION, sessionQuery } from '../session/session-queries.ts';
import { showsSession } from './client.ts';

/** How long an answer counts as fresh, ms: going back to a page shows it at once. */
const FRESH_MS = 5_000;

const isSignedOut = (error: unknown): boolean =>
  error instanceof KeywardApiError && (error.code === 'invalid_session' || error.code === 'missing_key');

/** Asks who is signed in when an answer says that nobody is: the page then shows the way in. */
export function noticeRefusal(error: unknown): void {
  if (isSignedOut(error)) void queryClient.invalidateQueries({ queryKey: SESSION });
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

showsSession(() => queryClient.getQueryData(sessionQuery.queryKey)?.session?.id);
