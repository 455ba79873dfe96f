import { sql } from 'kysely';
import type { Migration } from './migrations.ts';
import type { Db } from './storage.ts';

export const storageMigrations: Migration[] = [
  {
    id: 'storage-1',
    statements: () => ['create table id_sequences (name text primary key, last_id bigint not null)'],
  },
];

/**
 * Whole numbers for rows whose ids count up, as the Developer API has them; never given twice, also not after the row
 * with the highest is gone or the database was restored elsewhere. The dialects' own counters do not survive both.
 * @param name of the sequence, by custom its table.
 * @returns the first of `count` numbers in a row.
 */
export async function nextId(tx: Db, name: string, count = 1): Promise<number> {
  const { rows } = await sql<{ last_id: number }>`
    insert into id_sequences (name, last_id) values (${name}, ${count})
    on conflict (name) do update set last_id = id_sequences.last_id + ${count}
    returning last_id`.execute(tx);
  return (rows[0]?.last_id ?? count) - count + 1;
}

/** So that ids which were brought from elsewhere are not given again. */
export async function keepAbove(tx: Db, name: string, id: number): Promise<void> {
  await sql`
    insert into id_sequences (name, last_id) values (${name}, ${id})
    on conflict (name) do update set last_id = excluded.last_id where id_sequences.last_id < excluded.last_id`.execute(
    tx,
  );
}
