import type { Migration } from '../storage/index.ts';

export const documentsMigrations: Migration[] = [
  {
    id: 'documents-1',
    statements: () => [
      `create table document_folders (
        name text primary key,
        created_by text not null,
        created_at bigint not null
      )`,
      // One parsed document; its bytes are gone, its text is in a table of its own.
      `create table documents (
        id text primary key,
        folder text not null references document_folders (name),
        name text not null,
        metadata text not null,
        token_count bigint not null,
        created_by text not null,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index documents_place on documents (folder, name)`,
      `create index documents_name on documents (name)`,
      `create table document_texts (document_id text primary key references documents (id), content text not null)`,
      // A collection is what is searched together: a workspace. Its id is the workspace's.
      `create table collection_documents (
        id bigint primary key,
        collection_id bigint not null,
        document_id text not null references documents (id),
        pinned bigint not null,
        watched bigint not null,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index collection_documents_pair on collection_documents (collection_id, document_id)`,
      `create index collection_documents_document on collection_documents (document_id)`,
    ],
  },
  {
    id: 'documents-2',
    // Keys that asked for a folder, also where it was there already: to them it exists.
    statements: () => [
      `create table document_folder_makers (
        folder text not null references document_folders (name) on delete cascade,
        key_id text not null,
        primary key (folder, key_id)
      )`,
    ],
  },
  {
    id: 'documents-3',
    statements: () => [
      // A long text in pieces: to write or read all of it in one statement holds up the process.
      `create table document_text_pieces (
        document_id text not null references documents (id),
        seq bigint not null,
        content text not null,
        primary key (document_id, seq)
      )`,
      `insert into document_text_pieces (document_id, seq, content) select document_id, 0, content from document_texts`,
      `drop table document_texts`,
    ],
  },
  {
    id: 'documents-4',
    // Of the bytes that a document was read from, and of what its sender says about it; null: of a text, or from before.
    statements: () => [
      `alter table documents add column source_digest text`,
      `create index documents_source on documents (folder, source_digest)`,
    ],
  },
  {
    id: 'documents-5',
    statements: () => [
      // Grows when its text is replaced: vectors of another revision are never completed.
      `alter table documents add column revision bigint not null default 0`,
      // The name that its sender gave its source; null: none. A key of fixed length, because indexes limit theirs.
      `alter table documents add column source text`,
      `alter table documents add column source_key text`,
      // The place in its source: a mailbox has a document for each message.
      `alter table documents add column source_part bigint`,
      // Of the bytes of its source when the text was read.
      `alter table documents add column source_sha256 text`,
      // What a web server said of the version that was read; null: nothing that proves a later version equal.
      `alter table documents add column source_etag text`,
      `alter table documents add column source_modified text`,
      `create index documents_source_key on documents (source_key) where source_key is not null`,
    ],
  },
];
