import type { Migration } from '../storage/index.ts';

export const widgetsMigrations: Migration[] = [];
