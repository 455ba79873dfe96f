import type { Db } from '../storage/index.ts';
import type { Document, NewDocument, Validators } from './document.ts';
import { documentFromRow, sourceKey, sourceRow, tables } from './rows.ts';
import { deleteText, insertText } from './text-store.ts';
import { isVisible, type Viewer } from './visibility.ts';

/** A document, and the digest of what it was made from. */
export interface Sourced {
  document: Document;
  digest: string | undefined;
}

/** The documents of a source that a viewer sees, part by part, the oldest of each part first. */
export async function findOfSource(db: Db, name: string, viewer: Viewer): Promise<Sourced[]> {
  const rows = await tables(db)
    .selectFrom('documents')
    .selectAll('documents')
    .where((eb) => isVisible(eb, viewer))
    .where('source_key', '=', sourceKey(name))
    .orderBy('source_part')
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ document: documentFromRow(row), digest: row.source_digest ?? undefined }));
}

/** Pages from before sources had names; their names begin so. */
export async function findUnnamed(
  db: Db,
  { folder, slug, chunkSource }: { folder: string; slug: string; chunkSource: string },
  viewer: Viewer,
): Promise<Document[]> {
  const rows = await tables(db)
    .selectFrom('documents')
    .selectAll('documents')
    .where((eb) => isVisible(eb, viewer))
    .where('folder', '=', folder)
    .where('name', '>', `${slug}-`)
    .where('name', 'like', `${slug.replaceAll(/[%_\\]/g, '\\$&')}-%`)
    .where('source_key', 'is', null)
    .execute();
  return rows.map(documentFromRow).filter(({ metadata }) => metadata.chunkSource === chunkSource);
}

/** The text stays: it is that of this version of the source too. */
export async function setSource(
  tx: Db,
  id: string,
  { source, sourceDigest }: Pick<NewDocument, 'source' | 'sourceDigest'>,
): Promise<void> {
  const change = { ...sourceRow(source), source_digest: sourceDigest ?? null };
  await tables(tx).updateTable('documents').set(change).where('id', '=', id).execute();
}

/** Its place, its workspaces and its id stay. */
export async function replaceText(
  tx: Db,
  { id, metadata: { id: _new, ...former } }: Document,
  { metadata, text, source, sourceDigest, nowMs }: NewDocument & { nowMs: number },
): Promise<void> {
  await tables(tx)
    .updateTable('documents')
    .set((eb) => ({
      metadata: JSON.stringify({ ...former, ...metadata, id }),
      token_count: metadata.token_count_estimate,
      source_digest: sourceDigest ?? null,
      ...sourceRow(source),
      revision: eb('revision', '+', 1),
      updated_at: nowMs,
    }))
    .where('id', '=', id)
    .execute();
  await deleteText(tx, [id]);
  await insertText(tx, id, text);
}

export const sameValidators = (a: Validators, b: Validators): boolean =>
  a.etag === b.etag && a.modified === b.modified;
