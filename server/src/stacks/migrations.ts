import type { Migration } from '../storage/index.ts';

/** Times in ms since 1970. Everything of a stack goes with its row, which is also its lock. */
export const stacksMigrations: Migration[] = [
  {
    id: 'stacks-1',
    statements: () => [
      `create table bootstrap_stacks (
        name text primary key,
        reported_at bigint not null
      )`,
      // By which a report that is sent again is known.
      `create table bootstrap_runs (
        stack text not null references bootstrap_stacks (name) on delete cascade,
        run_id text not null,
        hash text not null,
        answer text not null,
        reported_at bigint not null,
        primary key (stack, run_id)
      )`,
      `create table bootstrap_keys (
        stack text not null references bootstrap_stacks (name) on delete cascade,
        id text not null,
        state text not null,
        place text,
        copies text not null,
        source text,
        stored_at bigint,
        verdict text,
        service_key_id text,
        reason text,
        looked_at bigint not null,
        run_id text not null,
        verb text not null,
        host text,
        reported_at bigint not null,
        reported_by text not null,
        reported_owner text not null,
        primary key (stack, id)
      )`,
      `create table bootstrap_events (
        number bigint primary key,
        stack text not null,
        id text not null,
        action text not null,
        state text not null,
        reason text,
        revoked text not null,
        verb text not null,
        run_id text not null,
        at bigint not null,
        reported_by text not null,
        foreign key (stack, id) references bootstrap_keys (stack, id) on delete cascade
      )`,
      `create index bootstrap_events_key on bootstrap_events (stack, id, number)`,
    ],
  },
];
