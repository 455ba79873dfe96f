import type { Migration } from '../storage/index.ts';

export const modelsMigrations: Migration[] = [
  {
    id: 'models-1',
    statements: () => [
      // `api_key` and `headers` are sealed texts; `models` and `prices` are JSON.
      `create table upstreams (
        id text primary key,
        name text not null unique,
        base_url text not null,
        api_key text,
        api_key_hint text,
        models text not null,
        timeout_seconds bigint not null,
        weight bigint not null,
        prices text not null,
        headers text,
        header_names text not null,
        enabled integer not null,
        created_at bigint not null,
        updated_at bigint not null,
        revision bigint not null
      )`,
    ],
  },
  {
    id: 'models-2',
    statements: () => [`alter table upstreams add column unpriced text not null default 'refuse'`],
  },
  {
    id: 'models-3',
    statements: () => [
      `create table stored_responses (
        id text not null,
        upstream_id text not null,
        response_id text not null,
        owner_id text not null,
        key_id text not null,
        model text not null,
        is_counted integer not null,
        created_at bigint not null,
        expires_at bigint not null,
        primary key (id, upstream_id)
      )`,
      `create index stored_responses_expiring on stored_responses (expires_at)`,
      `create index stored_responses_items on stored_responses (response_id)`,
    ],
  },
];
