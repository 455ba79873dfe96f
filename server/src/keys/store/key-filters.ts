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
