import { KeywardError } from '../base/errors.ts';
import { addMember, removeMembers } from '../documents/index.ts';
import type { Document, Viewer } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { findEmbedding } from './chunk-store.ts';
import { touchCollection } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { embedDocument, reportable } from './embed-document.ts';
import { currentRecipe, findRecipe } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** What became of documents that were to be put into a collection. */
export interface Attached {
  /** Locations of those that are in it now, in the order asked for. */
  attached: string[];
  /** What happened, in words safe for the caller. */
  failed: { location: string; error: string }[];
}

export interface AttachOptions {
  /** With whose eyes documents are looked for; what it does not see does not exist. */
  viewer?: Viewer;
  onProgress?: (location: string) => void;
}

/**
 * Puts documents into a collection, with their vectors, one after the other. A document that has vectors already costs
 * nothing; one that fails leaves the others alone.
 */
export async function attach(
  context: RetrievalContext,
  collectionId: number,
  locations: readonly string[],
  { viewer = 'all', onProgress }: AttachOptions = {},
): Promise<Attached> {
  const done: Attached = { attached: [], failed: [] };
  for (const location of new Set(locations)) {
    try {
      await attachOne(context, collectionId, await find(context, location, viewer));
      done.attached.push(location);
    } catch (error) {
      context.logger.warn({ err: error, collection: collectionId }, 'a document was not embedded');
      done.failed.push({ location, error: reportable(error) });
    }
    onProgress?.(location);
  }
  return done;
}

async function find(
  { documents, storage }: RetrievalContext,
  location: string,
  viewer: Viewer,
): Promise<Document> {
  const document = await documents.find(storage.db, location, viewer);
  if (document === undefined) throw new KeywardError('not_found', 'There is no such document.');
  return document;
}

async function attachOne(context: RetrievalContext, collectionId: number, document: Document): Promise<void> {
  const { storage, settings } = context;
  const recipe = await currentRecipe(settings);
  const join = (tx: Db) => addTo(context, tx, { collectionId, documentId: document.id });
  // Looking costs no write; what is found is looked at again where it counts.
  if (!(await isEmbedded(storage.db, document, recipe)))
    return embedDocument(context, { document, recipe, alongside: join });
  const isDone = await storage.transaction(async (tx) => {
    if (!(await isEmbedded(tx, document, recipe))) return false;
    await join(tx);
    return true;
  });
  if (!isDone) await embedDocument(context, { document, recipe, alongside: join });
}

async function isEmbedded(db: Db, { id }: Document, recipe: Recipe): Promise<boolean> {
  const present = await findEmbedding(db, id);
  return present !== undefined && present.recipeId === (await findRecipe(db, recipe));
}

/** @throws KeywardError `not_found` where the collection is gone. */
async function addTo(
  { clock }: RetrievalContext,
  tx: Db,
  member: { collectionId: number; documentId: string },
): Promise<void> {
  if (!(await touchCollection(tx, member.collectionId)))
    throw new KeywardError('not_found', 'The workspace was removed meanwhile.');
  await addMember(tx, { ...member, nowMs: clock.nowMs() });
}

/** Takes documents out of a collection; their vectors stay for others. @returns how many were in it. */
export async function detach(
  { storage, documents }: RetrievalContext,
  collectionId: number,
  locations: readonly string[],
): Promise<number> {
  const ids: string[] = [];
  for (const location of new Set(locations)) {
    const document = await documents.find(storage.db, location);
    if (document !== undefined) ids.push(document.id);
  }
  if (ids.length === 0) return 0;
  return storage.transaction(async (tx) => {
    await touchCollection(tx, collectionId);
    return removeMembers(tx, collectionId, ids);
  });
}
