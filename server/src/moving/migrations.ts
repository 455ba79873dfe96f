import type { Migration } from '../storage/index.ts';

export const movingMigrations: Migration[] = [
  {
    id: 'moving-1',
    statements: () => [
      // Imported things and their ids here: a repeat takes nothing twice.
      `create table moved_things (
        source text not null,
        kind text not null,
        source_id text not null,
        target_id text not null,
        moved_at bigint not null,
        primary key (source, kind, source_id)
      )`,
      // Imported documents of workspaces without vectors; a row is deleted when they are made.
      `create table moved_embeddings (
        document_id text not null,
        collection_id bigint not null,
        attempts bigint not null,
        next_at bigint not null,
        error text,
        primary key (document_id, collection_id)
      )`,
      `create index moved_embeddings_next on moved_embeddings (next_at)`,
    ],
  },
  {
    // A lease of `storage`.
    id: 'moving-2',
    statements: () => [
      `alter table moved_embeddings add column holder text not null default ''`,
      `alter table moved_embeddings add column until_at bigint not null default 0`,
      `alter table moved_embeddings add column fence bigint not null default 0`,
    ],
  },
  {
    // Documents without vectors are in a table of `retrieval`, imported or not.
    id: 'moving-3',
    statements: () => [
      `insert into pending_documents (document_id, collection_id, key_id, scope, failed, reason, tries, failures, next_at, holder, until_at, fence)
        select document_id, collection_id, null, null, 0, error, attempts, 0, next_at, '', 0, 0 from moved_embeddings`,
      `drop table moved_embeddings`,
    ],
  },
];
