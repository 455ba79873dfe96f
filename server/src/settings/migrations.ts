import type { Migration } from '../storage/index.ts';

export const settingsMigrations: Migration[] = [
  {
    id: 'settings-1',
    statements: () => [
      `create table settings (
        name text primary key,
        value text not null,
        sealed bigint not null,
        changed_at bigint not null
      )`,
    ],
  },
];
