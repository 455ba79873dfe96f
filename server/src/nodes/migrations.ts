import type { Migration } from '../storage/index.ts';

export const nodesMigrations: Migration[] = [
  {
    id: 'nodes-1',
    statements: () => [
      // `renewals` grows: a lease is over where it has not changed for longer than a lease.
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
      // One row, whose lock puts the changes in commit order.
      `create table node_changes_head (id integer primary key, seq bigint not null)`,
      `insert into node_changes_head (id, seq) values (1, 0)`,
    ],
  },
  {
    id: 'nodes-2',
    statements: () => [
      // 1: the requests of the subject were ended.
      `alter table node_changes add column ends integer not null default 0`,
      // The run that made the change, which it does not end.
      `alter table node_changes add column made_by text`,
      // Answers to questions of other nodes; removed when read.
      `create table node_answers (
        question text not null,
        node text not null,
        at bigint not null,
        body text not null,
        primary key (question, node)
      )`,
    ],
  },
  {
    id: 'nodes-3',
    // JSON: what the subject may still do; requests that need no more of it go on. null: all of them end.
    statements: () => [`alter table node_changes add column rights text`],
  },
];
