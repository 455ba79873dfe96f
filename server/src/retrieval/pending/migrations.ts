import type { Migration } from '../../storage/index.ts';

export const pendingMigrations: Migration[] = [
  {
    id: 'retrieval-pending-1',
    statements: () => [
      // Documents of collections without vectors; a row is deleted when they are made. key_id: it pays, null: the server
      // itself; scope: the key must still hold it. holder, until_at, fence: a lease of `storage`.
      `create table pending_documents (
        document_id text not null,
        collection_id bigint not null,
        key_id text,
        scope text,
        failed bigint not null,
        reason text,
        tries bigint not null,
        failures bigint not null,
        next_at bigint not null,
        holder text not null,
        until_at bigint not null,
        fence bigint not null,
        primary key (document_id, collection_id)
      )`,
      `create index pending_documents_collection on pending_documents (collection_id)`,
      `create index pending_documents_next on pending_documents (failed, next_at)`,
      `create index pending_documents_key on pending_documents (key_id)`,
    ],
  },
];
