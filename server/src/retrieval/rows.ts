import type { Db } from '../storage/index.ts';

type EmbeddingRow = {
  id: number;
  document_id: string;
  recipe_id: number;
  chunk_count: number;
  complete: number;
  created_at: number;
};

type ChunkRow = {
  id: number;
  embedding_id: number;
  seq: number;
  public_id: string;
  content: string;
  vector: Uint8Array;
};

type RecipeRow = {
  id: number;
  model: string;
  chunk_size: number;
  chunk_overlap: number;
  max_tokens: number;
  dimensions: number | null;
};

type Tables = {
  retrieval_collections: { id: number; revision: number; removed: number };
  embedding_recipes: RecipeRow;
  document_embeddings: EmbeddingRow;
  document_chunks: ChunkRow;
  retrieval_leases: {
    name: string;
    holder: string;
    until_at: number;
    fence: number;
    failed: number;
    last_error: string | null;
  };
};

/** The tables of this domain. */
export const tables = (db: Db) => db.withTables<Tables>();
