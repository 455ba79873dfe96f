export { identityMigrations } from './migrations.ts';
