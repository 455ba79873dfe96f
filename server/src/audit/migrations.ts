import type { Migration } from '../storage/index.ts';

const APPEND_ONLY = ['audit_records', 'audit_checkpoints'];

export const auditMigrations: Migration[] = [
  {
    id: 'audit-1',
    statements: (types) => {
      const postgres = types.bytes === 'bytea';
      // SQLite's `integer primary key` is the row id; PostgreSQL's integer would end at 2^31.
      const sequence = postgres ? 'bigint primary key' : 'integer primary key';
      return [
        `create table audit_records (
          seq ${sequence},
          at bigint not null,
          actor text not null,
          action text not null,
          target text not null,
          outcome text not null,
          details text not null,
          prev_hash text not null,
          hash text not null
        )`,
        'create index audit_records_actor on audit_records (actor, seq)',
        'create index audit_records_action on audit_records (action, seq)',
        'create index audit_records_target on audit_records (target, seq)',
        `create table audit_head (id integer primary key check (id = 1), seq bigint not null, hash text not null)`,
        `insert into audit_head (id, seq, hash) values (1, 0, '${'0'.repeat(64)}')`,
        `create table audit_checkpoints (
          seq ${sequence},
          at bigint not null,
          hash text not null,
          records bigint not null,
          key_id text not null,
          public_key text not null,
          signature text not null
        )`,
        ...(postgres ? postgresTriggers() : sqliteTriggers()),
      ];
    },
  },
];

/** Against mistakes of later programs, or in a database shell. The owner of the database can drop the triggers. */
function sqliteTriggers(): string[] {
  return APPEND_ONLY.flatMap((table) =>
    ['update', 'delete'].map(
      (verb) =>
        `create trigger ${table}_no_${verb} before ${verb} on ${table}
        begin select raise(abort, '${table} is append-only'); end`,
    ),
  );
}

function postgresTriggers(): string[] {
  return [
    `create function audit_refuse_change() returns trigger language plpgsql as $$
      begin raise exception '% is append-only', tg_table_name; end $$`,
    ...APPEND_ONLY.map(
      (table) =>
        `create trigger ${table}_no_change before update or delete or truncate on ${table}
        for each statement execute function audit_refuse_change()`,
    ),
  ];
}
