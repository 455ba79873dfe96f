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
  {
    id: 'nodes-2',
    statements: () => [
      // 1: what runs under the subject was ended with it.
      `alter table node_changes add column ends integer not null default 0`,
      // The request that made the change: it is not ended by it. null: none.
      `alter table node_changes add column made_by text`,
      // What a node answers to a question of another one; removed as soon as it was read.
      `create table node_answers (
        question text not null,
        node text not null,
        at bigint not null,
        body text not null,
        primary key (question, node)
      )`,
    ],
  },
];
