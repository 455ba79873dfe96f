export { chatMigrations } from './migrations.ts';
