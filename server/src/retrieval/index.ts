export { retrievalMigrations } from './migrations.ts';
