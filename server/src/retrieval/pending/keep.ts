import { addTo, attachOne, joinEmbedded, type Joining } from '../attach-one.ts';
import type { RetrievalContext } from '../context.ts';
import { reportable } from '../embedding/embed-document.ts';
import { obstacleOf, type Obstacle } from './obstacle.ts';
import { keepPending, type Asker } from './pending-store.ts';
import type { RequestHold } from './request-hold.ts';

/** With the payer's key, which pays later too; left out: the server itself. */
export type Keeping = Joining & { asker?: Asker | undefined };

/** Why a document is not embedded now. */
export interface Known {
  /** For the caller; in the list of pending documents everybody sees `obstacle`. */
  words: string;
  obstacle: Obstacle | undefined;
  /** Further documents would fare no better. */
  isOfAll: boolean;
}

/**
 * Adds a document, and embeds it or keeps it for later.
 * @param before what keeps all documents from being embedded, if known.
 * @returns why it waits; undefined: it has vectors.
 * @throws KeywardError of an obstacle of kind `power`; `not_found` where the document or the collection is gone; faults of
 * this server.
 */
export async function attachOrKeep(
  context: RetrievalContext,
  joining: Keeping,
  { model, before, hold }: { model: string; before: Known | undefined; hold: RequestHold },
): Promise<Known | undefined> {
  const { storage, clock } = context;
  const { collectionId, document, asker } = joining;
  const place = { documentId: document.id, collectionId };
  const isEmbedded = before !== undefined && (await joinEmbedded(context, joining));
  const known = isEmbedded ? undefined : (before ?? (await triedOnce(context, joining, model)));
  if (known === undefined) {
    hold.settle(place);
    return undefined;
  }
  const reason = known.obstacle?.reason ?? null;
  const nextAt = clock.nowMs() + (known.obstacle === undefined ? 0 : FIRST_RETRY_MS);
  await storage.transaction(async (tx) => {
    await hold.release(tx, place);
    await keepPending(tx, { ...place, asker, reason, nextAt });
    await addTo(context, tx, joining);
  });
  hold.settle(place);
  return known;
}

const FIRST_RETRY_MS = 2_000;

async function triedOnce(
  context: RetrievalContext,
  joining: Keeping,
  model: string,
): Promise<Known | undefined> {
  try {
    await attachOne(context, joining);
    return undefined;
  } catch (error) {
    const obstacle = obstacleOf(error, model);
    if (obstacle === undefined || obstacle.kind === 'power') throw error;
    context.logger.warn({ err: error, document: joining.document.id }, 'a document was not embedded yet');
    const isOfAll = obstacle.kind === 'model' || obstacle.kind === 'budget';
    const coming = obstacle.kind === 'model' ? await context.models.coming(model) : undefined;
    if (coming !== undefined) return { words: coming, obstacle: undefined, isOfAll };
    return { words: obstacle.kind === 'budget' ? reportable(error) : obstacle.reason, obstacle, isOfAll };
  }
}
