import type { Migration } from '../storage/index.ts';

export const nodesMigrations: Migration[] = [
  {
    id: 'nodes-1',
    statements: () => [
      // `renewals` only ever grows: another node knows a lease is over when it has not moved for longer than a lease.
      `create table nodes (
        id text primary key,
        address text not null,
        version text not null,
        started_at bigint not null,
        renewals bigint not null,
        confirmed_seq bigint not null
      )`,
      `create table node_changes (
        seq bigint primary key,
        at bigint not null,
        kind text not null,
        subject text not null
      )`,
      // One row. Taking its lock is what puts changes in commit order: `seq` never shows up out of turn.
      `create table node_changes_head (id integer primary key, seq bigint not null)`,
      `insert into node_changes_head (id, seq) values (1, 0)`,
    ],
  },
];
