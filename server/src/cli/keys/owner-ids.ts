import type { components, KeywardClient } from '@keyward/sdk';
import { ownerId } from '../owners.ts';

type Selectors = NonNullable<components['schemas']['MintRequest']['selectors']>;

/** With the ids of owners that --workers-of and --deny-workers-of named. */
export async function withOwnerIds<T extends { selectors?: Selectors | undefined }>(
  client: KeywardClient,
  body: T,
): Promise<T> {
  const { workers, ...selectors } = body.selectors ?? {};
  if (workers === undefined || workers === null) return body;
  const ids = (names: readonly string[] = []) => Promise.all(names.map((named) => ownerId(client, named)));
  const [owners, deny] = await Promise.all([ids(workers.owners), ids(workers.deny)]);
  return { ...body, selectors: { ...selectors, workers: { owners, deny } } };
}
