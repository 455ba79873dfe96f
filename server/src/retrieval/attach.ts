import { KeywardError } from '../base/errors.ts';
import { addMember, removeMembers, type Document, type Viewer } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { findEmbedding } from './embedded-store.ts';
import { touchCollection } from './collection-store.ts';
import type { Payer, RetrievalContext } from './context.ts';
import { embedDocument, reportable } from './embedding/embed-document.ts';
import { currentRecipe, findRecipe, type Recipe } from './embedding/recipe.ts';

export interface Attached {
  /** Locations of documents that are in the collection now, in the order asked for. */
  attached: string[];
  /** The errors are safe for the caller. */
  failed: { location: string; error: string }[];
  /** The payer's budget is spent, or its key does not cover the model. The rest was not tried. */
  refused?: KeywardError;
}

export interface AttachOptions {
  /** Documents that it does not see do not exist for it. */
  viewer?: Viewer;
  /** For vectors that are not there yet; left out: the server itself. */
  payer?: Payer;
  /** Runs last in the transaction that adds a document which was not there. */
  alongside?: (tx: Db, document: Document) => Promise<void>;
  onProgress?: (location: string) => void;
}

/** Adds documents to a collection, one after the other. One that has vectors already costs nothing; one that fails is skipped. */
export async function attach(
  context: RetrievalContext,
  collectionId: number,
  locations: readonly string[],
  { viewer = 'all', onProgress, ...options }: AttachOptions = {},
): Promise<Attached> {
  const done: Attached = { attached: [], failed: [] };
  for (const location of new Set(locations)) {
    try {
      const document = await context.documents.find(context.storage.db, location, viewer);
      if (document === undefined) throw new KeywardError('not_found', 'There is no such document.');
      await attachOne(context, { ...options, collectionId, document });
      done.attached.push(location);
    } catch (error) {
      done.failed.push({ location, error: reportable(error) });
      if (isRefusal(error)) return { ...done, refused: error };
      // Missing documents are not logged: a caller may name thousands.
      if (!(error instanceof KeywardError) || error.code !== 'not_found')
        context.logger.warn({ err: error, collection: collectionId }, 'a document was not embedded');
    }
    onProgress?.(location);
  }
  return done;
}

const REFUSALS = new Set(['budget_exceeded', 'budget_too_small', 'forbidden_resource', 'model_unpriced']);

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
  // The first check costs no write; the transaction checks again.
  const isDone =
    (await isEmbedded(storage.db, document, recipe)) &&
    (await storage.transaction(async (tx) => {
      const isStillEmbedded = await isEmbedded(tx, document, recipe);
      if (isStillEmbedded) await join(tx);
      return isStillEmbedded;
    }));
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
 * Removes documents from a collection; their vectors stay for other collections.
 * @param alongside runs last in the same transaction, with the removed documents. @returns how many were removed.
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
