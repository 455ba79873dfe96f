import type { Migration } from '../storage/index.ts';

export const sealingMigrations: Migration[] = [
  {
    id: 'sealing-1',
    statements: () => [
      `create table sealing_check (
        position integer primary key,
        fingerprint text not null unique,
        sealed text not null,
        created_at bigint not null
      )`,
    ],
  },
];
