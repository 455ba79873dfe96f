import type { Db } from '../storage/index.ts';
import { locationOf, type Document, type DocumentMetadata } from './document.ts';

type DocumentRow = {
  id: string;
  folder: string;
  name: string;
  metadata: string;
  token_count: number;
  source_digest: string | null;
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

export const documentFromRow = ({ id, folder, name, metadata, token_count }: DocumentRow): Document => ({
  id,
  folder,
  name,
  location: locationOf({ folder, name }),
  metadata: JSON.parse(metadata) as DocumentMetadata,
  tokenCount: token_count,
});
