import { KeywardError } from '../base/errors.ts';
import { addMember, removeMembers, type Document, type Viewer } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { findEmbedding } from './embedded-store.ts';
import { touchCollection } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { embedDocument, reportable } from './embedding/embed-document.ts';
import type { Payer } from './paying.ts';
import { currentRecipe, findRecipe, type Recipe } from './embedding/recipe.ts';

/** What became of documents that were to be put into a collection. */
export interface Attached {
  /** Locations of those that are in it now, in the order asked for. */
  attached: string[];
  /** What happened, in words safe for the caller. */
  failed: { location: string; error: string }[];
  /** The payer may have no more of the model: its budget is spent, or its key does not cover it. The rest was not tried. */
  refused?: KeywardError;
}

export interface AttachOptions {
  /** With whose eyes documents are looked for; what it does not see does not exist. */
  viewer?: Viewer;
  /** Who pays for vectors that are not there yet; left out: the server itself. */
  payer?: Payer;
  /** Done in the transaction that puts in a document which was not there, last. */
  alongside?: (tx: Db, document: Document) => Promise<void>;
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
  { viewer = 'all', onProgress, ...options }: AttachOptions = {},
): Promise<Attached> {
  const done: Attached = { attached: [], failed: [] };
  for (const location of new Set(locations)) {
    try {
      const document = await find(context, location, viewer);
      await attachOne(context, { ...options, collectionId, document });
      done.attached.push(location);
    } catch (error) {
      done.failed.push({ location, error: reportable(error) });
      if (isRefusal(error)) return { ...done, refused: error };
      // One that is not there is nothing to tell the operator, and a caller may name thousands.
      if (!(error instanceof KeywardError) || error.code !== 'not_found')
        context.logger.warn({ err: error, collection: collectionId }, 'a document was not embedded');
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

const REFUSALS = new Set(['budget_exceeded', 'forbidden_resource', 'model_unpriced']);

const isRefusal = (error: unknown): error is KeywardError =>
  error instanceof KeywardError && REFUSALS.has(error.code);

interface Joining extends Pick<AttachOptions, 'payer' | 'alongside'> {
  collectionId: number;
  document: Document;
}

async function attachOne(context: RetrievalContext, joining: Joining): Promise<void> {
  const { storage, settings } = context;
  const { document, payer } = joining;
  const recipe = await currentRecipe(settings);
  const join = (tx: Db) => addTo(context, tx, joining);
  // Looking costs no write; what is found is looked at again where it counts.
  if (!(await isEmbedded(storage.db, document, recipe)))
    return embedDocument(context, { document, recipe, payer, alongside: join });
  const isDone = await storage.transaction(async (tx) => {
    if (!(await isEmbedded(tx, document, recipe))) return false;
    await join(tx);
    return true;
  });
  if (!isDone) await embedDocument(context, { document, recipe, payer, alongside: join });
}

async function isEmbedded(db: Db, { id }: Document, recipe: Recipe): Promise<boolean> {
  const present = await findEmbedding(db, id);
  return present !== undefined && present.recipeId === (await findRecipe(db, recipe));
}

/** @throws KeywardError `not_found` where the collection is gone. */
async function addTo(
  { clock }: RetrievalContext,
  tx: Db,
  { collectionId, document, alongside }: Joining,
): Promise<void> {
  if (!(await touchCollection(tx, collectionId)))
    throw new KeywardError('not_found', 'The workspace was removed meanwhile.');
  const isNew = await addMember(tx, { collectionId, documentId: document.id, nowMs: clock.nowMs() });
  if (isNew) await alongside?.(tx, document);
}

/**
 * Takes documents out of a collection; their vectors stay for others.
 * @param alongside is done in the same transaction, last, with those that were in it. @returns how many that are.
 */
export async function detach(
  { storage, documents }: RetrievalContext,
  collectionId: number,
  locations: readonly string[],
  alongside?: (tx: Db, locations: readonly string[]) => Promise<void>,
): Promise<number> {
  const named = new Map<string, string>();
  for (const location of new Set(locations)) {
    const document = await documents.find(storage.db, location);
    if (document !== undefined) named.set(document.id, document.location);
  }
  if (named.size === 0) return 0;
  return storage.transaction(async (tx) => {
    await touchCollection(tx, collectionId);
    const present = (await documents.memberships(tx, [...named.keys()]))
      .filter((member) => member.collectionId === collectionId)
      .map(({ documentId }) => documentId);
    if (present.length === 0) return 0;
    const removed = await removeMembers(tx, collectionId, present);
    await alongside?.(
      tx,
      present.map((id) => named.get(id) ?? id),
    );
    return removed;
  });
}
