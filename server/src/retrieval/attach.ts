import { KeywardError } from '../base/errors.ts';
import { membershipsOf, removeMembers, type Document, type Viewer } from '../documents/index.ts';
import type { Db } from '../storage/index.ts';
import { touchCollection } from './collection-store.ts';
import type { RetrievalContext } from './context.ts';
import { embeddedAmong } from './embedded-store.ts';
import { reportable } from './embedding/embed-document.ts';
import { currentRecipe } from './embedding/recipe.ts';
import { attachOrKeep, type Keeping, type Known } from './pending/keep.ts';
import { forgetDocuments } from './pending/pending-store.ts';
import { RequestHold, type AskedTogether } from './pending/request-hold.ts';

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

export interface AttachOptions
  extends Pick<Keeping, 'payer' | 'asker' | 'alongside'>, Pick<AskedTogether, 'undo'> {
  /** Of the request, which ends it; it may have begun with documents that the request stored. */
  hold?: RequestHold | undefined;
  /** Documents that it does not see do not exist for it. */
  viewer?: Viewer;
  /** Whether to wait for a model that is on its way. @default true */
  mayWait?: boolean;
  onProgress?: (location: string) => void;
}

/**
 * Adds documents to a collection, one after the other; if this process dies, those that are left are pending. One that has vectors already costs nothing; one that cannot be embedded
 * now is added all the same, and embedded as soon as it can be (pending/worker.ts).
 * @throws a fault of this server; what was added before stays.
 */
export async function attach(
  context: RetrievalContext,
  collectionId: number,
  locations: readonly string[],
  options: AttachOptions = {},
): Promise<Attached> {
  const { viewer = 'all', hold = await RequestHold.of(context, options.payer) } = options;
  const named = new Map<string, Document | undefined>();
  for (const location of new Set(locations))
    named.set(location, await context.documents.find(context.storage.db, location, viewer));
  try {
    const documents = [...named.values()].filter((document) => document !== undefined);
    await holdAll(context, hold, { ...options, collectionId, documents }).catch(unlessGone);
    return await attachAll(context, { ...options, collectionId, named, hold });
  } finally {
    if (options.hold === undefined) await hold.end();
  }
}

/** Of a collection that was removed meanwhile: each document says so. */
function unlessGone(error: unknown): void {
  if (!(error instanceof KeywardError) || error.code !== 'not_found') throw error;
}

/** In one transaction. */
const HELD_AT_ONCE = 100;

async function holdAll(
  { storage }: RetrievalContext,
  hold: RequestHold,
  { documents: found, ...asked }: AskedTogether,
): Promise<void> {
  const ids = found.map(({ id }) => id);
  const embedded = await embeddedAmong(storage.db, ids);
  const members = await membershipsOf(storage.db, ids);
  const inside = new Set(
    members.flatMap((one) => (one.collectionId === asked.collectionId ? one.documentId : [])),
  );
  const missing = found.filter(({ id }) => !embedded.has(id) && !inside.has(id));
  for (let at = 0; at < missing.length; at += HELD_AT_ONCE) {
    const documents = missing.slice(at, at + HELD_AT_ONCE);
    await storage.transaction((tx) => hold.take(tx, [{ ...asked, documents }]));
  }
}

interface AttachingAll extends AttachOptions {
  collectionId: number;
  named: ReadonlyMap<string, Document | undefined>;
  hold: RequestHold;
}

async function attachAll(
  context: RetrievalContext,
  { named, hold, onProgress, ...options }: AttachingAll,
): Promise<Attached> {
  const done: Attached = { attached: [], pending: [], failed: [] };
  const { model } = await currentRecipe(context.settings);
  let obstacle: Known | undefined;
  for (const [location, document] of named) {
    if (document === undefined) {
      done.failed.push({ location, error: 'There is no such document.' });
    } else {
      try {
        const kept = await attachOrKeep(context, { ...options, document }, { model, before: obstacle, hold });
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
