import type { Migration } from '../storage/index.ts';

export const keysMigrations: Migration[] = [
  {
    id: 'keys-1',
    statements: ({ bytes }) => [
      `create table owners (
        id text primary key,
        name text not null,
        kind text not null,
        state text not null,
        created_at bigint not null,
        revision bigint not null
      )`,
      // A deleted owner stays for the audit trail; its name is free again.
      `create unique index owners_name on owners (name) where state <> 'deleted'`,
      `create table keys (
        id text primary key,
        owner_id text not null references owners (id),
        name text not null,
        role text,
        grants text not null,
        selectors text not null,
        limits text not null,
        budgets text not null,
        expires_at bigint,
        state text not null,
        state_reason text,
        revoked_at bigint,
        created_at bigint not null,
        created_by text not null,
        last_used_at bigint,
        metadata text not null,
        tags text not null,
        revision bigint not null
      )`,
      `create index keys_newest on keys (created_at, id)`,
      `create index keys_owner on keys (owner_id, created_at, id)`,
      `create table key_secrets (
        id text primary key,
        key_id text not null references keys (id),
        digest ${bytes} not null,
        pepper text not null,
        hint text not null,
        created_at bigint not null,
        last_used_at bigint,
        last_used_from text,
        ends_at bigint,
        quiet_ms bigint
      )`,
      `create unique index key_secrets_digest on key_secrets (digest)`,
      `create index key_secrets_key on key_secrets (key_id)`,
      // Looked through every few seconds; hardly ever more than a handful.
      `create index key_secrets_quiet on key_secrets (ends_at) where quiet_ms is not null`,
      `create table key_idempotency (
        owner_id text not null,
        idempotency_key text not null,
        request_hash text not null,
        key_id text not null,
        at bigint not null,
        primary key (owner_id, idempotency_key)
      )`,
      `create index key_idempotency_at on key_idempotency (at)`,
    ],
  },
  {
    // The Developer API knows keys by whole numbers; those that are there are counted in the order they were made.
    id: 'keys-2',
    statements: () => [
      `alter table keys add column number bigint`,
      `update keys set number = counted.number
        from (select id, row_number() over (order by created_at, id) as number from keys) as counted
        where counted.id = keys.id`,
      `insert into id_sequences (name, last_id)
        select 'keys', count(*) from keys having count(*) > 0`,
      `create unique index keys_number on keys (number)`,
    ],
  },
  {
    // Before a key is ended: whether another one can do everything (key-store.ts, unlimitedKeys).
    id: 'keys-3',
    statements: () => [
      `create index keys_unlimited on keys (id)
        where state = 'active' and expires_at is null and grants like '%"*"%'`,
    ],
  },
];
