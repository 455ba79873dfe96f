import type { Db } from '../../storage/index.ts';
import { tables } from './rows.ts';

/** Of one statement: some milliseconds on SQLite. */
const NAMED_ROWS = 500;

/** The names of keys or owners, by id; also of those that were revoked or deleted. */
export async function namesOf(
  db: Db,
  table: 'keys' | 'owners',
  ids: readonly string[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (let at = 0; at < ids.length; at += NAMED_ROWS) {
    const some = ids.slice(at, at + NAMED_ROWS);
    const rows = await tables(db).selectFrom(table).select(['id', 'name']).where('id', 'in', some).execute();
    for (const { id, name } of rows) names.set(id, name);
  }
  return names;
}
