import { sql } from 'kysely';
import { systemClock } from '../base/clock.ts';
import { foldCase, type Db, type Migration } from '../storage/index.ts';

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
      // A deleted owner stays for the audit record; its name is free again.
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
    // The Developer API knows keys by whole numbers, in the order in which they were made.
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
    // Lists of keys do not read revoked ones, even where there are a million.
    id: 'keys-walks-1',
    statements: () => [
      `create index keys_listed_number on keys (number) where state <> 'revoked'`,
      `create index keys_owner_number on keys (owner_id, number) where state <> 'revoked'`,
      `create index owners_newest on owners (created_at, id) where state <> 'deleted'`,
      `create index key_secrets_quiet_walk on key_secrets (ends_at, id) where quiet_ms is not null`,
      `drop index key_secrets_quiet`,
    ],
  },
  {
    // Keys that were made before this step have no parent.
    id: 'keys-3',
    statements: () => [
      `alter table owners add column limits text not null default '[]'`,
      `alter table owners add column budgets text not null default '[]'`,
      // Null: the owner's own id.
      `alter table owners add column account text`,
      `create index owners_deleted on owners (name, created_at) where state = 'deleted'`,
      `alter table keys add column parent_id text references keys (id)`,
      `create index keys_parent on keys (parent_id, created_at, id) where parent_id is not null`,
      // Never changes, as a key keeps its parent: one statement finds all that a key depends on.
      `create table key_ancestors (
        key_id text not null references keys (id),
        ancestor_id text not null references keys (id),
        generation bigint not null,
        primary key (key_id, ancestor_id)
      )`,
    ],
  },
  {
    // key-store.ts, unlimitedKeys
    id: 'keys-unlimited-1',
    statements: () => [
      `create index keys_unlimited on keys (id)
        where state = 'active' and expires_at is null and grants like '%"*"%'`,
    ],
  },
  {
    // For searches that ignore case, in all alphabets.
    id: 'keys-folded-1',
    statements: () => [`alter table keys add column name_folded text`],
    run: (tx) => foldNames(tx, 'keys'),
  },
  {
    id: 'owners-folded-1',
    statements: () => [`alter table owners add column name_folded text`],
    run: (tx) => foldNames(tx, 'owners'),
  },
  {
    // Keys that are there have been recorded since this step: it is the default of their column, which changes no row.
    id: 'key-scope-uses-1',
    statements: () => [
      `create table key_scope_uses (
        key_id text not null,
        scope text not null,
        last_used_day bigint not null,
        primary key (key_id, scope)
      )`,
      `alter table keys add column scopes_since bigint not null default ${systemClock.nowMs()}`,
      `alter table keys add column has_unused_scopes bigint not null default 0`,
      `create index keys_unused_scopes on keys (created_at, id) where has_unused_scopes = 1`,
    ],
  },
];

const NAMES_AT_ONCE = 500;

async function foldNames(tx: Db, named: 'keys' | 'owners'): Promise<void> {
  const table = sql.table(named);
  for (let after = ''; ;) {
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from ${table} where id > ${after} order by id limit ${NAMES_AT_ONCE}`.execute(tx);
    const last = rows.at(-1);
    if (last === undefined) return;
    const folded = rows.map(({ id, name }) => sql`(${id}, ${foldCase(name)})`);
    await sql`with folded (id, name) as (values ${sql.join(folded)})
      update ${table} set name_folded = (select folded.name from folded where folded.id = ${table}.id)
      where id in (select id from folded)`.execute(tx);
    after = last.id;
  }
}
