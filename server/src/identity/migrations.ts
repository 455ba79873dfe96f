import type { Migration } from '../storage/index.ts';

export const identityMigrations: Migration[] = [
  {
    id: 'identity-1',
    statements: ({ bytes }) => [
      // One row, locked by changes of administrators (mode-store.ts).
      `create table identity_mode (
        id bigint primary key,
        multi_user bigint not null,
        password_hash text,
        changed_at bigint not null
      )`,
      `insert into identity_mode (id, multi_user, password_hash, changed_at) values (1, 0, null, 0)`,
      `create table users (
        id bigint primary key,
        owner_id text not null references owners (id),
        username text not null,
        password_hash text not null,
        password_kind text not null,
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
      // Rows outlive their user: a session of a deleted user gets its own error.
      `create table sessions (
        id text primary key,
        user_id bigint,
        secret_id text,
        created_at bigint not null,
        expires_at bigint not null,
        revoked_at bigint
      )`,
      `create index sessions_user on sessions (user_id)`,
      `create index sessions_expiry on sessions (expires_at)`,
      `create table login_attempts (
        subject text primary key,
        attempts bigint not null,
        ends_at bigint not null
      )`,
      `create index login_attempts_end on login_attempts (ends_at)`,
      `create table recovery_codes (
        digest ${bytes} primary key,
        user_id bigint not null references users (id)
      )`,
      `create index recovery_codes_user on recovery_codes (user_id)`,
      `create table one_time_tokens (
        kind text not null,
        user_id bigint not null references users (id),
        digest ${bytes} not null,
        expires_at bigint not null,
        primary key (kind, user_id)
      )`,
      `create unique index one_time_tokens_digest on one_time_tokens (digest)`,
      `create table invites (
        id bigint primary key,
        code_digest ${bytes} not null,
        code_sealed text not null,
        status text not null,
        claimed_by bigint,
        workspace_ids text not null,
        created_by bigint not null,
        created_at bigint not null,
        updated_at bigint not null
      )`,
      `create unique index invites_code on invites (code_digest)`,
    ],
  },
  {
    id: 'identity-2',
    statements: () => [
      // The maker of an invite or token (makers.ts). For older ones that keys made, the key is unknown.
      `alter table one_time_tokens add column made_by text`,
      `alter table invites add column made_by text`,
      `update invites set made_by = 'user:' || created_by where created_by > 0`,
    ],
  },
  {
    id: 'identity-3',
    statements: () => [
      // For a list in which people recognize their sessions.
      `alter table sessions add column ip text`,
      `alter table sessions add column user_agent text`,
      `alter table sessions add column last_used_at bigint`,
    ],
  },
  {
    id: 'identity-4',
    statements: ({ bytes }) => [
      `create table oidc_links (
        issuer text not null,
        subject text not null,
        user_id bigint not null references users (id),
        created_at bigint not null,
        primary key (issuer, subject)
      )`,
      `create index oidc_links_user on oidc_links (user_id)`,
      // Sign-ins that have ended, until their time is over: each ends once.
      `create table oidc_spent_states (digest ${bytes} primary key, expires_at bigint not null)`,
      `create index oidc_spent_states_expiry on oidc_spent_states (expires_at)`,
    ],
  },
];
