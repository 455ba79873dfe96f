import type { Migration } from '../storage/index.ts';

export const usageMigrations: Migration[] = [
  {
    id: 'usage-1',
    statements: () => [
      // With the unit: a budget that changes from requests to usd begins anew.
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
      // One row for each hour and combination.
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
    // report-store.ts reads slices of an index in its order.
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
      // The period of the use; '' in older rows.
      `alter table budget_use add column period text not null default ''`,
      // When a node last called for idle amounts of others; grows with each call.
      `alter table budget_use add column wanted bigint not null default 0`,
      // A request from before a change settles later, in the budget that has replaced the old one.
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
      // Blocks of nodes; `busy` is in use, the rest is idle.
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
