import type { Db } from '../storage/index.ts';
import { locationOf, type Document, type DocumentMetadata } from './document.ts';

export type DocumentRow = {
  id: string;
  folder: string;
  name: string;
  metadata: string;
  token_count: number;
  created_by: string;
  created_at: number;
  updated_at: number;
};

type FolderRow = { name: string; created_by: string; created_at: number };
type FolderMakerRow = { folder: string; key_id: string };
type PieceRow = { document_id: string; seq: number; content: string };
type MemberRow = {
  id: number;
  collection_id: number;
  document_id: string;
  pinned: number;
  watched: number;
  created_at: number;
  updated_at: number;
};

export interface DocumentTables {
  documents: DocumentRow;
  document_folders: FolderRow;
  document_folder_makers: FolderMakerRow;
  document_text_pieces: PieceRow;
  collection_documents: MemberRow;
}

/** The tables of this domain; the rows of `collection_documents` are written by retrieval. */
export const tables = (db: Db) => db.withTables<{ [T in keyof DocumentTables]: DocumentTables[T] }>();

export const documentFromRow = (row: DocumentRow): Document => ({
  id: row.id,
  folder: row.folder,
  name: row.name,
  location: locationOf(row),
  metadata: JSON.parse(row.metadata) as DocumentMetadata,
  tokenCount: row.token_count,
  createdBy: row.created_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const rowFromDocument = (document: Document): DocumentRow => ({
  id: document.id,
  folder: document.folder,
  name: document.name,
  metadata: JSON.stringify(document.metadata),
  token_count: document.tokenCount,
  created_by: document.createdBy,
  created_at: document.createdAt,
  updated_at: document.updatedAt,
});
