import type { ColumnTypes, Migration } from '../storage/index.ts';

/** Tables whose rows are written once and then never again. */
const FROZEN = ['audit_records', 'audit_checkpoints'];

export const auditMigrations: Migration[] = [
  {
    id: 'audit-1',
    statements: (types) => {
      const postgres = isPostgres(types);
      // SQLite's `integer primary key` is the row's own address; PostgreSQL's integer would end at 2^31.
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

function isPostgres(types: ColumnTypes): boolean {
  return types.bytes === 'bytea';
}

/**
 * A second line of defence: a slip in a later program, or in a database shell, is refused. Who owns the
 * database can drop the triggers; the chain and the checkpoints are for him.
 */
function sqliteTriggers(): string[] {
  return FROZEN.flatMap((table) =>
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
    ...FROZEN.map(
      (table) =>
        `create trigger ${table}_no_change before update or delete or truncate on ${table}
        for each statement execute function audit_refuse_change()`,
    ),
  ];
}
