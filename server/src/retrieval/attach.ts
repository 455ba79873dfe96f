import { KeywardError } from '../base/errors.ts';
import { removeMembers, type Viewer } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { touchCollection } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { reportable } from './embedding/embed-document.ts';
import { currentRecipe } from './embedding/recipe.ts';
import { attachOrKeep, type Keeping, type Known } from './pending/keep.ts';
import { forgetDocuments } from './pending/pending-store.ts';

export interface Attached {
  /** Locations of documents that are in the collection and have vectors now, in the order asked for. */
  attached: string[];
  /** Those that are in the collection and get their vectors later. */
  pending: Kept[];
  /** Those that are not in the collection. The errors are safe for the caller. */
  failed: { location: string; error: string }[];
  /** The payer may not embed: its key does not cover the model, or its whole budget is too small. The rest was not tried. */
  refused?: KeywardError;
}

export interface Kept {
  location: string;
  documentId: string;
  /** Safe for the caller. */
  reason: string;
  /** It is not tried again by itself. */
  isFailed: boolean;
  /** Nothing is known to prevent it: the model is on its way, or embeds others. */
  isSoon: boolean;
}

export interface AttachOptions extends Pick<Keeping, 'payer' | 'asker' | 'alongside'> {
  /** Documents that it does not see do not exist for it. */
  viewer?: Viewer;
  /** Whether to wait for a model that is on its way. @default true */
  mayWait?: boolean;
  onProgress?: (location: string) => void;
}

/**
 * Adds documents to a collection, one after the other. One that has vectors already costs nothing; one that cannot be embedded
 * now is added all the same, and embedded as soon as it can be (pending/worker.ts).
 * @throws a fault of this server; what was added before stays.
 */
export async function attach(
  context: RetrievalContext,
  collectionId: number,
  locations: readonly string[],
  { viewer = 'all', onProgress, ...options }: AttachOptions = {},
): Promise<Attached> {
  const done: Attached = { attached: [], pending: [], failed: [] };
  const { model } = await currentRecipe(context.settings);
  let obstacle: Known | undefined;
  for (const location of new Set(locations)) {
    const document = await context.documents.find(context.storage.db, location, viewer);
    if (document === undefined) {
      done.failed.push({ location, error: 'There is no such document.' });
    } else {
      const joining = { ...options, collectionId, document };
      try {
        const kept = await attachOrKeep(context, joining, { model, before: obstacle });
        obstacle = kept?.isOfAll === true ? kept : obstacle;
        if (kept === undefined) done.attached.push(location);
        else done.pending.push(keptOf(kept, location, document.id));
      } catch (error) {
        if (!(error instanceof KeywardError) || !(isRefusal(error) || error.code === 'not_found'))
          throw error;
        done.failed.push({ location, error: reportable(error) });
        if (isRefusal(error)) return { ...done, refused: error };
      }
    }
    onProgress?.(location);
  }
  return done;
}

const keptOf = ({ words, obstacle }: Known, location: string, documentId: string): Kept => ({
  location,
  documentId,
  reason: words,
  isFailed: false,
  isSoon: obstacle === undefined,
});

const REFUSALS = new Set(['budget_too_small', 'forbidden_resource', 'model_unpriced']);

const isRefusal = (error: KeywardError): boolean => REFUSALS.has(error.code);

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
    await forgetDocuments(tx, [...named.keys()], collectionId);
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
