export { movingMigrations } from './migrations.ts';
