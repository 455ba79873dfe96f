import { setTimeout as sleep } from 'node:timers/promises';
import { unwrap, type KeywardClient } from '@keyward/sdk';

/** Most documents are embedded before this; each look is a request of the key. */
const FIRST_LOOK_MS = 2_000;
const LOOK_MS = 5_000;

/**
 * Tells how far the server is with embedding the document of a request while that runs: a long one takes minutes. The list of
 * running requests is optional: without it the request itself is not touched.
 * @param show is called with the part that is done, 0 to 1
 */
export async function withEmbeddingProgress<T>(
  client: KeywardClient,
  show: (part: number) => void,
  work: () => Promise<T>,
): Promise<T> {
  const ended = new AbortController();
  const looking = look(client, show, ended.signal).catch(() => undefined);
  try {
    return await work();
  } finally {
    ended.abort();
    await looking;
  }
}

async function look(client: KeywardClient, show: (part: number) => void, ended: AbortSignal): Promise<void> {
  await sleep(FIRST_LOOK_MS, undefined, { signal: ended });
  const { key } = await unwrap(client.GET('/v1/keys/self', { signal: ended }));
  for (;;) {
    const { items } = await unwrap(client.GET('/v1/running', { signal: ended }));
    const own = items.find(({ key_id, progress }) => key_id === key.id && progress !== null);
    if (own?.progress) show(own.progress.done / own.progress.total);
    await sleep(LOOK_MS, undefined, { signal: ended });
  }
}
