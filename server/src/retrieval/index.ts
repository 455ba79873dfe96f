export type { Attached, AttachOptions } from './attach.ts';
export { retrievalMigrations } from './migrations.ts';
export { retrievalModule } from './module.ts';
export { EMBEDDING_SETTINGS, RERANK_SETTING } from './embedding/recipe.ts';
export type { Payer } from './context.ts';
export type { Progress } from './embedding/reembedding.ts';
export { deleteCollection, Retrieval, vectors, type RetrievalOptions } from './retrieval.ts';
export type { Hit, Search, SearchMode } from './search.ts';
