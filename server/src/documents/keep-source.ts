import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { holdsScope, scopeRefusal, type Caller } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import type { Db } from '../storage/index.ts';
import type { AddedDocument, Replacement, SourceChanges } from './add-result.ts';
import type { Document, DocumentMetadata, DocumentSource, NewDocument } from './document.ts';
import * as store from './document-store.ts';
import type { Documents } from './documents.ts';
import { membershipsOf } from './members-store.ts';
import { named } from './names.ts';
import { findOfSource, findUnnamed, sameValidators, setSource, type Sourced } from './source-store.ts';
import { readContent } from './text-store.ts';
import type { Viewer } from './visibility.ts';

/** What a source said when it was read. */
export interface SourcePart extends NewDocument {
  source: DocumentSource;
  /** As that of a document without a source: one from before is found by it. */
  bytesDigest: string | undefined;
  /** How the names of its documents begin. */
  slug: string;
}

interface Keeping {
  documents: Documents;
  caller: Caller;
  viewer: Viewer;
}

/**
 * Adds the parts of a source that are new, recognizes those that it has with the same text, and removes those that it no
 * longer has. For the others it gives the replacements, which it has made sure that the caller may make.
 * @throws KeywardError and does nothing, where the caller may not change one of them
 */
export async function keepSourced(
  tx: Db,
  keeping: Keeping,
  parts: readonly SourcePart[],
): Promise<SourceChanges & { added: AddedDocument[] }> {
  const [first] = parts;
  if (first === undefined) return { added: [], changed: [], removed: [] };
  const { documents, caller, viewer } = keeping;
  const present = await copiesOf(tx, keeping, parts);
  const kept = { added: [] as AddedDocument[], changed: [] as Replacement[] };
  for (const next of parts) {
    if (kept.added.length > 0) await nextTurn();
    await keepPart(tx, keeping, { next, copies: present.get(next.source.part) ?? [], kept });
  }
  const gone = [...present].filter(([part]) => part >= parts.length).flatMap(([, copies]) => copies);
  const removed = gone.map(({ document }) => document);
  const free = await store.lockRemovable(tx, viewer, { ids: removed.map(({ id }) => id) });
  const bound = removed.find(({ id }) => !free.includes(id));
  if (bound !== undefined) throw notCovered(bound);
  await documents.remove(tx, free);
  const locations = removed.map(({ location }) => location);
  const change = { action: 'documents.remove', target: 'documents', details: named(locations) };
  if (locations.length > 0) await documents.record(tx, caller, change);
  return { ...kept, removed: locations };
}

type Kept = Pick<SourceChanges, 'changed'> & { added: AddedDocument[] };

async function keepPart(
  tx: Db,
  { documents, caller, viewer }: Keeping,
  { next, copies, kept }: { next: SourcePart; copies: readonly Sourced[]; kept: Kept },
): Promise<void> {
  const { text, source, sourceDigest } = next;
  const [oldest] = copies;
  if (oldest === undefined) {
    const document = await documents.add(tx, next);
    if (document === undefined) throw new Error(`A new id was used before: ${next.metadata.id}`);
    kept.added.push({ document, text });
    return;
  }
  let isKnown = true;
  for (const { document, digest } of copies) {
    const isSame = digest === sourceDigest;
    const { sha256, ...validators } = document.source ?? source;
    if (isSame && sha256 === source.sha256 && sameValidators(validators, source)) continue;
    if (isSame) await noteVersion(tx, { viewer, document, next });
    else {
      isKnown = false;
      await refuseReplacement(tx, { caller, viewer, document });
      kept.changed.push({ document, next });
    }
  }
  kept.added.push({
    document: oldest.document,
    text,
    isKnown,
    copies: copies.map(({ document }) => document),
  });
}

/** By a caller that may replace the document: others would keep its next version from being sent. */
async function noteVersion(
  tx: Db,
  { viewer, document: { id }, next }: { viewer: Viewer; document: Document; next: SourcePart },
): Promise<void> {
  const [free] = await store.lockRemovable(tx, viewer, { ids: [id] });
  if (free !== undefined) await setSource(tx, id, next);
}

/** By part. Where one is missing, the folder is locked, so that two at once do not both add it. */
async function copiesOf(
  tx: Db,
  { documents, viewer }: Keeping,
  parts: readonly SourcePart[],
): Promise<Map<number, Sourced[]>> {
  const [{ source, folder, createdBy }] = parts as [SourcePart];
  const find = async (): Promise<Map<number, Sourced[]>> =>
    Map.groupBy(await findOfSource(tx, source.name, viewer), (one) => one.document.source?.part ?? 0);
  const present = await find();
  if (parts.every((part) => present.has(part.source.part))) return present;
  await documents.keepFolder(tx, folder, createdBy);
  for (const part of parts) if (!present.has(part.source.part)) await adopt(tx, viewer, part, parts.length);
  return find();
}

/** A document from before sources had names, of the same bytes or of the same page, gets the name of its source. */
async function adopt(tx: Db, viewer: Viewer, part: SourcePart, count: number): Promise<void> {
  const { folder, bytesDigest, metadata, slug, source } = part;
  const { chunkSource } = metadata;
  const known = { folder, sourceDigest: bytesDigest ?? '' };
  const same = bytesDigest === undefined ? undefined : await store.findByDigest(tx, known, viewer);
  const isPage = chunkSource.startsWith('link://') && count === 1;
  const pages = isPage ? await findUnnamed(tx, { folder, slug, chunkSource }, viewer) : [];
  const found = new Map([...pages, ...(same ? [same] : [])].map((one) => [one.id, one]));
  const free = await store.lockRemovable(tx, viewer, { ids: [...found.keys()] });
  for (const document of [...found.values()].filter(({ id }) => free.includes(id))) {
    const text = (await readContent(tx, document.id))?.text ?? '';
    // Its bytes may be others: the text decides.
    const unread = { ...source, sha256: '' };
    const sourceDigest = contentDigest(document.metadata, text);
    await setSource(tx, document.id, { source: unread, sourceDigest });
  }
}

/**
 * To replace a document changes each workspace that holds it. Checked before the new text is embedded, which costs, and
 * again in the transaction that replaces it.
 */
export async function refuseReplacement(
  tx: Db,
  { caller, viewer, document }: { caller: Caller; viewer: Viewer; document: Document },
): Promise<void> {
  const { id, location } = document;
  if ((await store.lockRemovable(tx, viewer, { ids: [id] })).length === 0) throw notCovered(document);
  const scope = 'workspaces:write';
  if ((await membershipsOf(tx, [id])).length === 0 || holdsScope(caller, scope)) return;
  const hint = `${location} is in a workspace: to replace it takes a key with the scope ${scope}. Its former version stays.`;
  throw scopeRefusal(caller, scope, hint);
}

const notCovered = ({ location }: Document): KeywardError =>
  new KeywardError(
    'conflict',
    `${location} is also in a workspace that this key does not cover. Its former version stays.`,
    { hint: 'Send it with a key that covers all workspaces of the document.' },
  );

/** The same for the same text with the same title, author and description. */
export function contentDigest(metadata: DocumentMetadata, text: string): string {
  const said = [metadata.title, metadata.docAuthor, metadata.description, text];
  return createHash('sha256').update(JSON.stringify(said)).digest('base64url');
}
