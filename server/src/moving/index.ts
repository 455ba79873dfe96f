export { movingMigrations } from './migrations.ts';
export { importAnythingllm } from './move.ts';
export type { ImportOptions } from './step.ts';
export type { ImportReport, Kind, KindCount, Remark } from './report.ts';
