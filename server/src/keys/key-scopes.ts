import { covers, expand, GRANTS, type Actor } from '../access/index.ts';
import { isoTime } from '../base/clock.ts';
import type { KeysContext } from './context.ts';
import { getKey } from './keys.ts';
import { usesOfKeys } from './store/scope-use-store.ts';
import { DAY_MS, recordedSince, UNUSED_AFTER_DAYS, unusedScopes } from './unused-scopes.ts';

export interface KeyScopes {
  recorded_since: string;
  unused_after_days: number;
  scopes: { scope: string; granted_by: string; last_used_on: string | null; unused: boolean }[];
  narrowed: string[];
}

/** What a key may do, and what of it was used. @throws KeywardError `not_found` */
export async function scopesOfKey(context: KeysContext, actor: Actor, id: string): Promise<KeyScopes> {
  const key = await getKey(context, actor, id);
  const uses = (await usesOfKeys(context.storage.db, [id])).get(id) ?? new Map<string, number>();
  const unused = unusedScopes(key, uses, context.clock.nowMs());
  return {
    recorded_since: isoTime(recordedSince(key)),
    unused_after_days: UNUSED_AFTER_DAYS,
    scopes: [...expand(key.grants)].map((scope) => ({
      scope,
      granted_by: key.grants.find((grant) => covers(grant, scope)) ?? scope,
      last_used_on: dateOf(uses.get(scope)),
      unused: unused.has(scope),
    })),
    narrowed: [...new Set(key.grants.flatMap((grant) => without(unused, grant)))],
  };
}

const dateOf = (day: number | undefined): string | null =>
  day === undefined ? null : isoTime(day * DAY_MS).slice(0, 'YYYY-MM-DD'.length);

/** A grant whose scopes are all used stays as it is; of another one those stay that are used. */
function without(unused: ReadonlySet<string>, grant: string): string[] {
  const scopes = [...expand([grant])];
  if (!scopes.some((scope) => unused.has(scope))) return [grant];
  if (grant !== '*') return scopes.filter((scope) => !unused.has(scope));
  return GRANTS.filter((one) => one !== '*' && one.endsWith(':*')).flatMap((one) => without(unused, one));
}
