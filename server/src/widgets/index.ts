export { widgetsMigrations } from './migrations.ts';
