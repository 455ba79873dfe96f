import { sql } from 'kysely';
import type { Migration } from './migrations.ts';
import type { Db } from './storage.ts';

export const storageMigrations: Migration[] = [
  {
    id: 'storage-1',
    statements: () => ['create table id_sequences (name text primary key, last_id bigint not null)'],
  },
  {
    // Written to find out whether PostgreSQL accepts writes.
    id: 'storage-2',
    statements: () => ['create table write_probe (written_at bigint not null)'],
  },
];

/**
 * Ids that count up, as the Developer API has them. Never given twice, also after the row with the highest is deleted or
 * the database was restored, which the counters of the dialects do not survive.
 * @param name of the sequence, usually its table.
 * @returns the first of `count` consecutive numbers.
 */
export async function nextId(tx: Db, name: string, count = 1): Promise<number> {
  const { rows } = await sql<{ last_id: number }>`
    insert into id_sequences (name, last_id) values (${name}, ${count})
    on conflict (name) do update set last_id = id_sequences.last_id + ${count}
    returning last_id`.execute(tx);
  return (rows[0]?.last_id ?? count) - count + 1;
}

/** Generated clients use 32 bits. */
const KEPT_MAX = 2_147_483_647;

/** The number that an imported row had; the next one where `wanted` may have been given here. */
export async function idLike(tx: Db, name: string, wanted: number): Promise<number> {
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > KEPT_MAX) return nextId(tx, name);
  const { rows } = await sql<{ last_id: number }>`
    insert into id_sequences (name, last_id) values (${name}, ${wanted})
    on conflict (name) do update set last_id =
      case when id_sequences.last_id < excluded.last_id then excluded.last_id else id_sequences.last_id + 1 end
    returning last_id`.execute(tx);
  return rows[0]?.last_id ?? wanted;
}
