import { KeywardError } from '../base/errors.ts';
import { addMember, type Document } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { touchCollection } from './collection-store.ts';
import type { Payer, RetrievalContext } from './context.ts';
import { findEmbedding } from './embedded-store.ts';
import { embedDocument } from './embedding/embed-document.ts';
import { currentRecipe, findRecipe, type Recipe } from './embedding/recipe.ts';
import { forgetPending } from './pending/pending-store.ts';

/** A document on its way into a collection. */
export interface Joining {
  collectionId: number;
  document: Document;
  /** For vectors that are not there yet; left out: the server itself. */
  payer?: Payer | undefined;
  /** Runs last in the transaction that adds a document which was not there. */
  alongside?: ((tx: Db, document: Document) => Promise<void>) | undefined;
}

/** Adds a document, and embeds it where it has no vectors. @throws KeywardError as the embedding model's. */
export async function attachOne(context: RetrievalContext, joining: Joining): Promise<void> {
  if (await joinEmbedded(context, joining)) return;
  const { document, payer } = joining;
  const recipe = await currentRecipe(context.settings);
  await embedDocument(context, {
    document,
    recipe,
    payer,
    alongside: (tx) => joinWhole(context, tx, joining),
  });
}

/** @returns whether the document has vectors already. */
export async function joinEmbedded(context: RetrievalContext, joining: Joining): Promise<boolean> {
  const { storage, settings } = context;
  const { document } = joining;
  const recipe = await currentRecipe(settings);
  // The first check costs no write; the transaction checks again.
  return (
    (await isEmbedded(storage.db, document, recipe)) &&
    (await storage.transaction(async (tx) => {
      const isStillEmbedded = await isEmbedded(tx, document, recipe);
      if (isStillEmbedded) await joinWhole(context, tx, joining);
      return isStillEmbedded;
    }))
  );
}

/** Into the collection, with vectors: it waits no longer. */
async function joinWhole(context: RetrievalContext, tx: Db, joining: Joining): Promise<void> {
  await addTo(context, tx, joining);
  await forgetPending(tx, { documentId: joining.document.id, collectionId: joining.collectionId });
}

async function isEmbedded(db: Db, { id }: Document, recipe: Recipe): Promise<boolean> {
  const present = await findEmbedding(db, id);
  return present !== undefined && present.recipeId === (await findRecipe(db, recipe));
}

/** @returns false where it is there already. @throws KeywardError `not_found` where the collection is gone. */
export async function addTo(
  { clock }: RetrievalContext,
  tx: Db,
  { collectionId, document, alongside }: Joining,
): Promise<boolean> {
  if (!(await touchCollection(tx, collectionId)))
    throw new KeywardError('not_found', 'The workspace was removed meanwhile.');
  const isNew = await addMember(tx, { collectionId, documentId: document.id, nowMs: clock.nowMs() });
  if (isNew) await alongside?.(tx, document);
  return isNew;
}
