import type { Migration } from '../storage/index.ts';

export const identityMigrations: Migration[] = [
  {
    id: 'identity-1',
    statements: () => [
      `create table users (
        id bigint primary key,
        owner_id text not null references owners (id),
        username text not null,
        password_hash text not null,
        role text not null,
        suspended bigint not null,
        seen_recovery_codes bigint not null,
        daily_message_limit bigint,
        bio text not null,
        pfp_filename text,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index users_username on users (username)`,
      `create unique index users_owner on users (owner_id)`,
    ],
  },
];
