import { KeywardApiError, KeywardConnectionError } from '@keyward/sdk';
import { useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';

/** How often the server is asked whether it is there again, ms. */
const ASK_EVERY_MS = 1_500;
/** How often a page that asks for nothing else looks whether the server is there, ms. */
const LOOK_EVERY_MS = 10_000;

let isLost = false;
const listeners = new Set<() => void>();

function set(value: boolean): void {
  if (isLost === value) return;
  isLost = value;
  for (const listener of listeners) listener();
}

async function waitForServer(): Promise<void> {
  if (isLost) return;
  set(true);
  for (;;) {
    await new Promise((done) => setTimeout(done, ASK_EVERY_MS));
    try {
      await client.get('/readyz');
      break;
    } catch {
      // Not there yet.
    }
  }
  set(false);
  for (const listener of whenBack) listener();
  await queryClient.invalidateQueries();
}

const whenBack = new Set<() => void>();

/** Calls the listener each time the server answers again. */
export const onceBack = (listener: () => void): void => void whenBack.add(listener);

/** Of a server that stops, in the shapes that tell it apart from a model that cannot be reached. */
const STOPPING = ['server_stopping'];

/**
 * For requests that are no query and no mutation, too.
 * @param codes of answers that mean the same as no answer. @default those of a server that stops
 * @returns whether the server is waited for
 */
export function noticeLoss(error: unknown, codes: readonly string[] = STOPPING): boolean {
  const isAnswered = error instanceof KeywardApiError && !codes.includes(error.code);
  if (isAnswered || !(error instanceof KeywardApiError || error instanceof KeywardConnectionError))
    return false;
  void waitForServer();
  return true;
}

/** Watches all requests of the page. Once the server answers again, what is shown is read anew. */
export function watchConnection(): void {
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeLoss(event.action.error);
  });
  queryClient.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeLoss(event.action.error);
  });
  addEventListener('offline', () => void waitForServer());
  // People who fill in a form want to know before they send it.
  setInterval(() => {
    if (!isLost && document.visibilityState === 'visible')
      client.get('/healthz').catch((error: unknown) => noticeLoss(error));
  }, LOOK_EVERY_MS);
}

/** Whether the server cannot be reached. */
export const useIsLost = (): boolean =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLost,
  );
