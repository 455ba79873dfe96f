export { documentsMigrations } from './migrations.ts';
