import { expand } from '../access/index.ts';
import type { KeyRecord } from './key.ts';

export const DAY_MS = 86_400_000;
/** A scope that no request needed for so long is unused. */
export const UNUSED_AFTER_DAYS = 30;

/** Days since 1970, UTC. */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/** The last day of the use of each scope. */
export type LastUses = ReadonlyMap<string, number>;

type Recorded = Pick<KeyRecord, 'grants' | 'createdAt' | 'scopesSince'>;

/** When the record of its scopes began. An older Keyward beside this one gives a new key the time of the step that began the record. */
export const recordedSince = ({ createdAt, scopesSince }: Recorded): number =>
  Math.max(createdAt, scopesSince);

/** The granted scopes that no request needed in `UNUSED_AFTER_DAYS`; none while the record is younger than that. */
export function unusedScopes(key: Recorded, uses: LastUses, nowMs: number): Set<string> {
  if (recordedSince(key) > nowMs - UNUSED_AFTER_DAYS * DAY_MS) return new Set();
  const from = dayOf(nowMs) - UNUSED_AFTER_DAYS;
  return new Set([...expand(key.grants)].filter((scope) => (uses.get(scope) ?? -1) < from));
}

/** Whether a change gives a key a scope that it did not have: the record of it begins anew. */
export const isWidened = (before: Pick<KeyRecord, 'grants'>, after: Pick<KeyRecord, 'grants'>): boolean => {
  const held = expand(before.grants);
  return [...expand(after.grants)].some((scope) => !held.has(scope));
};
