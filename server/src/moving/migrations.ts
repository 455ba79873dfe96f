import type { Migration } from '../storage/index.ts';

export const movingMigrations: Migration[] = [
  {
    id: 'moving-1',
    statements: () => [
      // What was taken from elsewhere and what it became: a repeat takes nothing twice.
      `create table moved_things (
        source text not null,
        kind text not null,
        source_id text not null,
        target_id text not null,
        moved_at bigint not null,
        primary key (source, kind, source_id)
      )`,
    ],
  },
];
