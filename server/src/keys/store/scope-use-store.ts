import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { unusedScopes, type LastUses } from '../unused-scopes.ts';
import { lockOrder } from './lock-order.ts';
import { tables } from './rows.ts';

export interface ScopeUse {
  keyId: string;
  scope: string;
  /** Days since 1970, UTC. */
  day: number;
}

/** Also notes which of the keys now have unused scopes, so that a list of them need not look at all keys. */
export async function writeScopeUses(tx: Db, uses: readonly ScopeUse[], nowMs: number): Promise<void> {
  const ordered = uses.toSorted((a, b) => lockOrder(a.keyId, b.keyId) || lockOrder(a.scope, b.scope));
  const rows = ordered.map(({ keyId, scope, day }) => sql`(${keyId}, ${scope}, cast(${day} as bigint))`);
  // Not for a key that was deleted meanwhile. No foreign key, whose locks could deadlock with those of keys.
  await sql`insert into key_scope_uses (key_id, scope, last_used_day)
    select column1, column2, column3 from (values ${sql.join(rows)}) as used
    where exists (select 1 from keys where keys.id = column1)
    order by column1, column2
    on conflict (key_id, scope) do update set last_used_day = excluded.last_used_day
    where key_scope_uses.last_used_day < excluded.last_used_day`.execute(tx);
  await judgeKeys(tx, [...new Set(ordered.map(({ keyId }) => keyId))], nowMs);
}

/**
 * Two processes that write uses of one key at once may both miss the other's: the next day of a use corrects that.
 * @param ids in the order in which they are changed
 */
export async function judgeKeys(tx: Db, ids: readonly string[], nowMs: number): Promise<void> {
  const uses = await usesOfKeys(tx, ids);
  const keys = await tables(tx)
    .selectFrom('keys')
    .select(['id', 'grants', 'created_at', 'scopes_since', 'has_unused_scopes'])
    .where('id', 'in', ids)
    .execute();
  const found = new Map(keys.map((key) => [key.id, key]));
  for (const id of ids) {
    const row = found.get(id);
    if (row === undefined) continue;
    const { created_at: createdAt, scopes_since: scopesSince } = row;
    const key = { grants: JSON.parse(row.grants) as string[], createdAt, scopesSince };
    const has_unused_scopes = unusedScopes(key, uses.get(id) ?? new Map(), nowMs).size > 0 ? 1 : 0;
    if (has_unused_scopes !== row.has_unused_scopes)
      await tables(tx).updateTable('keys').set({ has_unused_scopes }).where('id', '=', id).execute();
  }
}

export async function usesOfKeys(db: Db, ids: readonly string[]): Promise<Map<string, LastUses>> {
  const rows = await tables(db).selectFrom('key_scope_uses').selectAll().where('key_id', 'in', ids).execute();
  const ofKey = Map.groupBy(rows, (row) => row.key_id);
  return new Map(
    [...ofKey].map(([id, used]) => [id, new Map(used.map((row) => [row.scope, row.last_used_day]))]),
  );
}

export async function deleteScopeUses(tx: Db, keyId: string): Promise<void> {
  await tables(tx).deleteFrom('key_scope_uses').where('key_id', '=', keyId).execute();
}
