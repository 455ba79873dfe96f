import { sql, type RawBuilder } from 'kysely';
import { STATES_BY_WORTH, type KeyState } from '../key.ts';
import type { OwnerState } from '../owner.ts';

/** A condition on one row of keys; `table` is its alias. */
type OnRecord = (table: RawBuilder<unknown>) => RawBuilder<boolean>;

/** The condition holds for the key or an ancestor. */
function lineHas(condition: OnRecord): RawBuilder<boolean> {
  return sql<boolean>`(${condition(sql.ref('keys'))} or (keys.parent_id is not null and exists (
    select 1 from key_ancestors line inner join keys above on above.id = line.ancestor_id
    where line.key_id = keys.id and ${condition(sql.ref('above'))})))`;
}

const ownerIs = (table: RawBuilder<unknown>, state: OwnerState): RawBuilder<boolean> =>
  sql<boolean>`(select owners.state from owners where owners.id = ${table}.owner_id) = ${sql.lit(state)}`;

/** Index in STATES_BY_WORTH. */
const worth = (table: RawBuilder<unknown>, nowMs: number): RawBuilder<number> => sql<number>`(case
  when ${table}.state = 'revoked' or ${ownerIs(table, 'deleted')} then 4 when ${table}.expires_at <= ${nowMs} then 3
  when ${table}.state = 'disabled' or ${ownerIs(table, 'suspended')} then 2 when ${table}.state = 'quarantined' then 1 else 0 end)`;

/** The same as `keyState`, in SQL. */
export function stateIs(state: KeyState, nowMs: number): RawBuilder<boolean> {
  const wanted = STATES_BY_WORTH.indexOf(state);
  const atLeast = (value: number): RawBuilder<boolean> =>
    lineHas((table) => sql<boolean>`${worth(table, nowMs)} >= ${sql.lit(value)}`);
  const worse = sql<boolean>`not ${atLeast(wanted + 1)}`;
  return wanted === 0 ? worse : sql<boolean>`(${atLeast(wanted)} and ${worse})`;
}

/** The key or an ancestor expires between `nowMs` and `beforeMs`, and none before. */
export function endsBefore(beforeMs: number, nowMs: number): RawBuilder<boolean> {
  const by = (at: number): RawBuilder<boolean> =>
    lineHas((table) => sql<boolean>`coalesce(${table}.expires_at <= ${at}, false)`);
  return sql<boolean>`(${by(beforeMs)} and not ${by(nowMs)})`;
}

/** A visible part of a secret: `sk-kw1…a1b2`, its end `a1b2`, or its beginning, which contains the id of the key. */
const VISIBLE = /^(?<head>[a-z][a-z0-9]{0,11}[-_]kw1)?(?:…|\.{3})?(?<tail>\S{4})?$/u;
const BEGINNING = /^[a-z][a-z0-9]{0,11}[-_]kw1(?<id>[0-9A-Za-z]{1,12})$/;

/** The key has a secret with this visible part; undefined: `text` has not the form of one. */
export function hasHint(text: string): RawBuilder<boolean> | undefined {
  const { id } = BEGINNING.exec(text)?.groups ?? {};
  if (id !== undefined) return sql<boolean>`replace(keys.id, ${`key_${id}`}, '') <> keys.id`;
  const { head = '', tail = '' } = VISIBLE.exec(text)?.groups ?? {};
  if (head === '' && tail === '') return undefined;
  // Case-sensitive on both databases, which the `like` of SQLite is not.
  const part = `${head}…${tail}`;
  return sql<boolean>`exists (select 1 from key_secrets
    where key_secrets.key_id = keys.id and replace(key_secrets.hint, ${part}, '') <> key_secrets.hint)`;
}

/** The column contains `part`, whose wildcards are escaped. */
export function contains(column: string, part: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.raw(column)} like ${`%${part.replaceAll(/[\\%_]/g, '\\$&')}%`} escape '\\'`;
}
