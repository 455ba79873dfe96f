import type { Migration } from '../../storage/index.ts';

/** Times in ms since 1970. */
export const enrolmentMigrations: Migration[] = [
  {
    id: 'worker-enrolments-1',
    statements: () => [
      `create table worker_enrolments (
        digest text primary key,
        id text not null,
        owner_id text not null,
        key_id text not null,
        name text not null,
        created_at bigint not null,
        expires_at bigint not null,
        used_at bigint
      )`,
      `create index worker_enrolments_owner on worker_enrolments (owner_id, expires_at)`,
      `create index worker_enrolments_expiry on worker_enrolments (expires_at)`,
    ],
  },
  {
    // Of a token that was made in a session.
    id: 'worker-enrolments-of-sessions',
    statements: () => ['alter table worker_enrolments add column session_id text'],
  },
];
