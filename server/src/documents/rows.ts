import { createHash } from 'node:crypto';
import type { Db } from '../storage/index.ts';
import { locationOf, type Document, type DocumentMetadata, type DocumentSource } from './document.ts';

type DocumentRow = {
  id: string;
  folder: string;
  name: string;
  metadata: string;
  token_count: number;
  source_digest: string | null;
  revision: number;
  source: string | null;
  source_key: string | null;
  source_part: number | null;
  source_sha256: string | null;
  source_etag: string | null;
  source_modified: string | null;
  created_by: string;
  created_at: number;
  updated_at: number;
};

export type MemberRow = {
  id: number;
  collection_id: number;
  document_id: string;
  pinned: number;
  watched: number;
  created_at: number;
  updated_at: number;
};

export type DocumentTables = {
  documents: DocumentRow;
  document_folders: { name: string; created_by: string; created_at: number };
  document_folder_makers: { folder: string; key_id: string };
  document_text_pieces: { document_id: string; seq: number; content: string };
  collection_documents: MemberRow;
};

/** The tables of this domain. */
export const tables = (db: Db) => db.withTables<DocumentTables>();

export function documentFromRow(row: DocumentRow): Document {
  const { id, folder, name, metadata, token_count: tokenCount, revision } = row;
  const source = sourceFromRow(row);
  return {
    id,
    folder,
    name,
    location: locationOf({ folder, name }),
    metadata: JSON.parse(metadata) as DocumentMetadata,
    tokenCount,
    revision,
    ...(source && { source }),
  };
}

function sourceFromRow(row: DocumentRow): DocumentSource | undefined {
  const { source: name, source_part, source_sha256, source_etag, source_modified } = row;
  if (name === null) return undefined;
  const validators = { etag: source_etag ?? undefined, modified: source_modified ?? undefined };
  return { name, part: source_part ?? 0, sha256: source_sha256 ?? '', ...validators };
}

/** The columns of a source. */
export const sourceRow = (source: DocumentSource | undefined) => ({
  source: source?.name ?? null,
  source_key: source === undefined ? null : sourceKey(source.name),
  source_part: source?.part ?? null,
  source_sha256: source?.sha256 ?? null,
  source_etag: source?.etag ?? null,
  source_modified: source?.modified ?? null,
});

export const sourceKey = (name: string): string => createHash('sha256').update(name).digest('base64url');
