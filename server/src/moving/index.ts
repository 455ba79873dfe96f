export { countWanted } from './embedding-store.ts';
export { Embeddings, type EmbeddingsOptions } from './embeddings.ts';
export { movingMigrations } from './migrations.ts';
export { movingModule } from './module.ts';
export { importAnythingllm } from './move.ts';
export type { ImportOptions } from './step.ts';
export type { ImportReport, Kind, KindCount, Remark } from './report.ts';
