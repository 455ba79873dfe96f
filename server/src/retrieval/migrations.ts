import type { Migration } from '../storage/index.ts';
import { pendingMigrations } from './pending/migrations.ts';

export const retrievalMigrations: Migration[] = [
  {
    id: 'retrieval-1',
    statements: ({ bytes }) => [
      // Grows with everything that changes what a search in the collection finds. A removed one stays, so that an
      // embedding that ends after its collection cannot bring it back; ids are never given twice.
      `create table retrieval_collections (id bigint primary key, revision bigint not null, removed bigint not null)`,
      // How texts become vectors. Vectors of different models are never compared.
      `create table embedding_recipes (
        id bigint primary key,
        model text not null,
        chunk_size bigint not null,
        chunk_overlap bigint not null,
        dimensions bigint
      )`,
      `create unique index embedding_recipes_unique on embedding_recipes (model, chunk_size, chunk_overlap)`,
      // One pass over one document. Found by searches once complete, which at most one of a document is.
      `create table document_embeddings (
        id bigint primary key,
        document_id text not null references documents (id),
        recipe_id bigint not null references embedding_recipes (id),
        chunk_count bigint not null,
        complete bigint not null,
        created_at bigint not null
      )`,
      `create unique index document_embeddings_complete on document_embeddings (document_id) where complete = 1`,
      `create index document_embeddings_document on document_embeddings (document_id)`,
      `create index document_embeddings_recipe on document_embeddings (recipe_id)`,
      // public_id: the chunk's id on the wire. vector: 32-bit floats, little-endian.
      `create table document_chunks (
        id bigint primary key,
        embedding_id bigint not null references document_embeddings (id),
        seq bigint not null,
        public_id text not null,
        content text not null,
        vector ${bytes} not null
      )`,
      `create unique index document_chunks_place on document_chunks (embedding_id, seq)`,
      // Which process does a piece of work that only one should do, and how it went.
      `create table retrieval_leases (
        name text primary key,
        holder text not null,
        until_at bigint not null,
        failed bigint not null,
        last_error text
      )`,
    ],
  },
  {
    // They have the form of a lease of `storage`, whose rows are there before anybody takes them.
    id: 'retrieval-2',
    statements: () => [
      `alter table retrieval_leases add column fence bigint not null default 0`,
      `insert into retrieval_leases (name, holder, until_at, failed) values ('reembedding', '', 0, 0), ('pgvector', '', 0, 0)
        on conflict do nothing`,
    ],
  },
  {
    // 0: a recipe of a version that did not count tokens. Its documents are embedded again, or adopted where nothing changes.
    id: 'retrieval-3',
    statements: () => [
      `alter table embedding_recipes add column max_tokens bigint not null default 0`,
      `drop index embedding_recipes_unique`,
      `create unique index embedding_recipes_unique on embedding_recipes (model, chunk_size, chunk_overlap, max_tokens)`,
    ],
  },
  ...pendingMigrations,
];
