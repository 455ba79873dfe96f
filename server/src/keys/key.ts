import type { Budget, Caller, Holder, Limit, Role, ScopeUses, Selectors, Wanted } from '../access/index.ts';
import { bothGrant, bothSelect, expand } from '../access/index.ts';
import type { Owner } from './owner.ts';

/** What is stored; `expired` follows from the time. */
export const STORED_STATES = ['active', 'disabled', 'quarantined', 'revoked'] as const;
export type StoredState = (typeof STORED_STATES)[number];
export const KEY_STATES = [...STORED_STATES, 'expired'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** How long a revoked key can be restored. */
export const RESTORABLE_MS = 30 * 86_400_000;
export const OVERLAP_MAX_SECONDS = 2_592_000;

/** A key under rotation has two. Times in ms since 1970. */
export interface Secret {
  id: string;
  hint: string;
  createdAt: number;
  lastUsedAt: number | null;
  /** An IP address. */
  lastUsedFrom: string | null;
  endsAt: number | null;
  /** The secret ends after this time without use. */
  quietMs: number | null;
}

/** What is stored of a key, without its text. Times in ms since 1970. */
export interface KeyRecord {
  id: string;
  /** The id of the key in the Developer API. */
  number: number;
  owner: Pick<Owner, 'id' | 'name' | 'state' | 'account' | 'limits' | 'budgets'>;
  /** Never changes. */
  parentId: string | null;
  name: string;
  role: Role | null;
  grants: string[];
  selectors: Selectors;
  limits: Limit[];
  budgets: Budget[];
  expiresAt: number | null;
  storedState: StoredState;
  stateReason: string | null;
  revokedAt: number | null;
  createdAt: number;
  /** Id of the key that made it, `user:` and the id of a user, `admin`, `system` or `cli`. */
  createdBy: string;
  lastUsedAt: number | null;
  metadata: Record<string, unknown>;
  tags: string[];
  /** Grows with each change; the ETag. */
  revision: number;
  /** When it last got a scope that it did not have: the record of the uses of its scopes began then. */
  scopesSince: number;
}

/** Scopes, state and limits of a key follow from all its ancestors (`callerOf`, `keyState`), never from its own record alone. */
export interface Key extends KeyRecord {
  /** The parent first. */
  ancestors: readonly KeyRecord[];
}

export interface KeyWithSecrets extends Key {
  secrets: Secret[];
}

/** Keys in a line of descent. */
export const GENERATIONS_MAX = 8;

/** The key, its parent, and so on. */
export const lineOf = (key: Key): readonly KeyRecord[] =>
  key.ancestors.length === 0 ? [key] : [key, ...key.ancestors];

/** Without its owner and its ancestors. */
export function ownState(key: Pick<KeyRecord, 'storedState' | 'expiresAt'>, nowMs: number): KeyState {
  const expired = key.expiresAt !== null && key.expiresAt <= nowMs;
  return expired && key.storedState !== 'revoked' ? 'expired' : key.storedState;
}

/** From the best to the worst. A key has the worst state of itself and its ancestors. */
export const STATES_BY_WORTH = ['active', 'quarantined', 'disabled', 'expired', 'revoked'] as const;

const OWNER_GIVES = { active: 'active', suspended: 'disabled', deleted: 'revoked' } as const;

const isWorse = (state: KeyState, than: KeyState): boolean =>
  STATES_BY_WORTH.indexOf(state) > STATES_BY_WORTH.indexOf(than);

/** With its owner, without its ancestors. @returns byOwner: the key itself would be better */
export function recordState(key: KeyRecord, nowMs: number): { state: KeyState; byOwner: boolean } {
  const own = ownState(key, nowMs);
  const given = OWNER_GIVES[key.owner.state];
  return isWorse(given, own) ? { state: given, byOwner: true } : { state: own, byOwner: false };
}

/** `of`: the nearest key of the line with the state that the key has. */
export function decidingState(key: Key, nowMs: number): { state: KeyState; byOwner: boolean; of: KeyRecord } {
  let worst = { ...recordState(key, nowMs), of: key as KeyRecord };
  for (const above of key.ancestors) {
    const one = recordState(above, nowMs);
    if (isWorse(one.state, worst.state)) worst = { ...one, of: above };
  }
  return worst;
}

export const keyState = (key: Key, nowMs: number): KeyState => decidingState(key, nowMs).state;

/** When the key or the first of its ancestors expires; null: never. */
export function endOf(key: Key): number | null {
  const ends = lineOf(key).flatMap(({ expiresAt }) => (expiresAt === null ? [] : [expiresAt]));
  return ends.length === 0 ? null : Math.min(...ends);
}

export function secretEnded(secret: Pick<Secret, 'endsAt'>, nowMs: number): boolean {
  return secret.endsAt !== null && secret.endsAt <= nowMs;
}

export const QUARANTINE_LIMIT: Limit = { name: 'quarantine', requests: 60, window_seconds: 60 };

const limitsOf = ({ storedState, limits }: KeyRecord): readonly Limit[] =>
  storedState === 'quarantined' ? [...limits, QUARANTINE_LIMIT] : limits;

const grantsOf = (key: Key): string[] =>
  key.ancestors.reduce((grants, above) => bothGrant(grants, above.grants), key.grants);

const selectorsOf = (key: Key): Selectors =>
  key.ancestors.reduce((both, above) => bothSelect(both, above.selectors), key.selectors);

/** The most that a key may do in any state, and all that bounds it. */
export function ceilingOf(key: Key): Wanted {
  const holders = holdersOf(lineOf(key));
  return {
    grants: grantsOf(key),
    selectors: selectorsOf(key),
    expiresAt: endOf(key),
    limits: holders.flatMap(({ limits }) => limits),
    budgets: holders.flatMap(({ budgets }) => budgets),
    hasParent: key.parentId !== null,
  };
}

/** May do no more than each of the key's ancestors. @param usesOf left out: its uses of scopes are not recorded */
export function callerOf(key: Key, usesOf?: (key: Key) => ScopeUses): Caller {
  const line = lineOf(key);
  const quarantined = line.some(({ storedState }) => storedState === 'quarantined');
  const given = grantsOf(key);
  const scopes = expand(given, quarantined);
  return {
    keyId: key.id,
    keyName: key.name,
    ownerId: key.owner.id,
    grants: quarantined ? [...scopes] : given,
    scopes,
    ...(usesOf === undefined ? {} : { uses: usesOf(key) }),
    ...(quarantined ? { isQuarantined: true } : {}),
    selectors: selectorsOf(key),
    expiresAt: endOf(key),
    limits: limitsOf(key),
    budgets: key.budgets,
    holders: holdersOf(line),
    ancestors: key.ancestors.map(({ id, owner }) => ({ keyId: id, ownerId: owner.id })),
  };
}

/** The keys of a line and then their owners, each once, without those that have neither limits nor budgets. */
function holdersOf(line: readonly KeyRecord[]): Holder[] {
  const keys = line.map((key) => holder('key', { ...key, limits: limitsOf(key) }));
  const owners = new Map(line.map(({ owner }) => [owner.account, ownerHolder(owner)]));
  return [...keys, ...owners.values()].filter(({ limits, budgets }) => limits.length + budgets.length > 0);
}

function holder(kind: Holder['kind'], { id, name, limits, budgets }: Omit<Holder, 'kind'>): Holder {
  return { kind, id, name, limits, budgets };
}

export const ownerHolder = (owner: Pick<Owner, 'account' | 'name' | 'limits' | 'budgets'>): Holder =>
  holder('owner', { ...owner, id: owner.account });
