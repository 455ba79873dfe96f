import { KeywardConnectionError } from '@keyward/sdk';
import { useSyncExternalStore } from 'react';
import { client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';

/** How often the server is asked whether it is there again, ms. */
const ASK_EVERY_MS = 1_500;

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
  await queryClient.invalidateQueries();
}

/** For requests that are no query and no mutation. */
export const noticeLoss = (error: unknown): void => {
  if (error instanceof KeywardConnectionError) void waitForServer();
};

/** Watches all requests of the page. Once the server answers again, what is shown is read anew. */
export function watchConnection(): void {
  queryClient.getQueryCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeLoss(event.action.error);
  });
  queryClient.getMutationCache().subscribe((event) => {
    if (event.type === 'updated' && event.action.type === 'error') noticeLoss(event.action.error);
  });
  addEventListener('offline', () => void waitForServer());
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
