import { sql } from 'kysely';
import type { KeysContext } from './index.ts';

const BATCH = 50_000;

/** Copies of a key, made in the database: `i` is their number and the time they were made. */
export async function copyKey(
  keys: KeysContext,
  id: string,
  { from, to }: { from: number; to: number },
): Promise<void> {
  const isSqlite = keys.storage.dialect === 'sqlite';
  const idOf = (kind: string): string =>
    isSqlite ? `printf('${kind}_%012d', i)` : `'${kind}_' || lpad(i::text, 12, '0')`;
  const digest = isSqlite ? 'randomblob(32)' : `decode(md5(i::text) || md5(i::text), 'hex')`;
  const copy = async (table: string, where: string, changed: Record<string, string>): Promise<string> => {
    const { rows } = await sql.raw<object>(`select * from ${table} where ${where}`).execute(keys.storage.db);
    const columns = Object.keys(rows[0] ?? {});
    const values = columns.map((column) => changed[column] ?? column);
    return `insert into ${table} (${columns.join(', ')}) select ${values.join(', ')} from ${table}, NUMBERS where ${where}`;
  };
  const copies = [
    await copy('keys', `id = '${id}'`, { id: idOf('key'), created_at: 'i', number: '-i' }),
    await copy('key_secrets', `key_id = '${id}'`, { id: idOf('sec'), key_id: idOf('key'), digest }),
  ];
  for (let start = from; start <= to; start += BATCH) {
    const end = Math.min(start + BATCH - 1, to);
    const numbers = isSqlite
      ? `(with recursive n(i) as (select ${start} union all select i + 1 from n where i < ${end}) select i from n)`
      : `generate_series(${start}, ${end}) as n(i)`;
    await keys.storage.transaction(async (tx) => {
      for (const text of copies) await sql.raw(text.replace('NUMBERS', numbers)).execute(tx);
    });
  }
  await keys.storage.transaction((tx) => sql.raw('analyze').execute(tx));
}
