export { workspacesMigrations } from './migrations.ts';
