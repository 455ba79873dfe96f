import type { Document } from '../documents/index.ts';
import { membershipsOf } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { deleteOfDocuments } from './chunk-store.ts';
import { findEmbedding } from './embedded-store.ts';
import type { Payer, RetrievalContext } from './context.ts';
import { embedDocument } from './embedding/embed-document.ts';
import { currentRecipe } from './embedding/recipe.ts';
import { tryAgain } from './pending/pending-store.ts';

/** The new text of a document, which it does not have yet. */
export interface NewText {
  document: Document;
  metadata: Document['metadata'];
  text: string;
  /** For its vectors; left out: the server itself. */
  payer?: Payer;
  /** Gives the document its new text; runs last in the transaction that gives it its new vectors. */
  store: (tx: Db) => Promise<void>;
}

/**
 * Replaces the text of a document in every collection at once: its new vectors are made first, and a search finds either the
 * former passages or the new ones. Where that fails, the former ones stay.
 * @throws KeywardError
 */
export async function replace(
  context: RetrievalContext,
  { document, metadata, text, payer, store }: NewText,
): Promise<void> {
  const { storage, settings, clock } = context;
  const { id } = document;
  const isStored =
    !(await isSearched(storage.db, id)) &&
    (await storage.transaction(async (tx) => {
      if ((await context.documents.lock(tx, id)) === undefined || (await isSearched(tx, id))) return false;
      // Vectors of a document that is in no collection are those of its former text.
      await deleteOfDocuments(tx, [id]);
      await store(tx);
      await tryAgain(tx, id, clock.nowMs());
      return true;
    }));
  if (isStored) return;
  const recipe = await currentRecipe(settings);
  await embedDocument(context, {
    document: { ...document, metadata },
    text,
    recipe,
    payer,
    alongside: store,
  });
}

async function isSearched(db: Db, id: string): Promise<boolean> {
  return (await findEmbedding(db, id)) !== undefined && (await membershipsOf(db, [id])).length > 0;
}
