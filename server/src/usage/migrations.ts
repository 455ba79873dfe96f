import type { Migration } from '../storage/index.ts';

export const usageMigrations: Migration[] = [
  {
    id: 'usage-1',
    statements: () => [
      // The unit is in the key: a budget of the same name that changes from requests to usd begins anew.
      `create table budget_use (
        key_id text not null,
        name text not null,
        unit text not null,
        period_start bigint not null,
        used bigint not null,
        primary key (key_id, name, unit, period_start)
      )`,
      `create index budget_use_period_start on budget_use (period_start)`,
      `create table budget_reservations (
        id text primary key,
        node_id text not null,
        key_id text not null,
        expires_at bigint not null,
        parts text not null
      )`,
      `create index budget_reservations_key_id on budget_reservations (key_id)`,
      // One row per hour and combination; code is 'ok' or what the request was refused with.
      `create table usage_hours (
        hour bigint not null,
        key_id text not null,
        owner_id text not null,
        model text not null,
        worker text not null,
        code text not null,
        requests bigint not null,
        tokens_in bigint not null,
        tokens_out bigint not null,
        usd_nano bigint not null,
        gpu_ms bigint not null,
        estimated_requests bigint not null,
        primary key (hour, key_id, owner_id, model, worker, code)
      )`,
      `create index usage_hours_key_id on usage_hours (key_id, hour)`,
      `create index usage_hours_owner_id on usage_hours (owner_id, hour)`,
    ],
  },
  {
    // Reports walk through an index in its order, slice by slice: report-store.ts.
    id: 'usage-walks-1',
    statements: () => [
      `create index usage_hours_key_walk on usage_hours (key_id, hour, model, worker, code)`,
      `drop index usage_hours_key_id`,
      `create index usage_hours_owner_walk on usage_hours (owner_id, hour, key_id, model, worker, code)`,
      `drop index usage_hours_owner_id`,
    ],
  },
  {
    id: 'usage-2',
    statements: () => [
      // Of which period a row is the use of; '' where it was written before this was known.
      `alter table budget_use add column period text not null default ''`,
      // When a node last wanted back what others hold unused; grows with each call.
      `alter table budget_use add column wanted bigint not null default 0`,
      // What a request of before a change settles later counts in the budget that took the old one's place.
      `create table budget_carries (
        key_id text not null,
        name text not null,
        unit text not null,
        period_start bigint not null,
        from_name text not null,
        from_start bigint not null,
        included bigint not null,
        primary key (key_id, name, unit, period_start, from_name, from_start)
      )`,
      `create table budget_leases (
        id text primary key,
        seq bigint not null,
        expires_at bigint not null
      )`,
      // What a node holds of a budget; `busy` of it is in use, the rest waits for requests.
      `create table budget_blocks (
        key_id text not null,
        name text not null,
        unit text not null,
        period_start bigint not null,
        lease_id text not null,
        amount bigint not null,
        busy bigint not null,
        primary key (key_id, name, unit, period_start, lease_id)
      )`,
      `create index budget_blocks_lease_id on budget_blocks (lease_id)`,
      `drop table budget_reservations`,
    ],
  },
];
