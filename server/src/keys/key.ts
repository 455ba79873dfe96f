import type { Budget, Caller, Limit, Role, Selectors } from '../access/index.ts';
import { expand } from '../access/index.ts';
import type { Owner } from './owner.ts';

/** What is stored; `expired` follows from the time. */
export const STORED_STATES = ['active', 'disabled', 'quarantined', 'revoked'] as const;
export type StoredState = (typeof STORED_STATES)[number];
export const KEY_STATES = [...STORED_STATES, 'expired'] as const;
export type KeyState = (typeof KEY_STATES)[number];

/** A revoked key can be restored for so long. */
export const RESTORABLE_MS = 30 * 86_400_000;
export const OVERLAP_MAX_SECONDS = 2_592_000;

/** One text that opens a key; a key under rotation has two. Times in ms since 1970. */
export interface Secret {
  id: string;
  hint: string;
  createdAt: number;
  lastUsedAt: number | null;
  /** The address it was last used from. */
  lastUsedFrom: string | null;
  /** From then on it opens nothing; null: no end. */
  endsAt: number | null;
  /** It ends by itself once it was not used for so long; null: it does not. */
  quietMs: number | null;
}

/** The record of a key. Its text is nowhere in it. Times in ms since 1970. */
export interface Key {
  id: string;
  /** The same as a whole number, counted up: what the Developer API knows it by. */
  number: number;
  owner: Pick<Owner, 'id' | 'name' | 'state'>;
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
  /** Grows with every change; the ETag. */
  revision: number;
}

export interface KeyWithSecrets extends Key {
  secrets: Secret[];
}

export function keyState(key: Pick<Key, 'storedState' | 'expiresAt'>, nowMs: number): KeyState {
  const expired = key.expiresAt !== null && key.expiresAt <= nowMs;
  return expired && key.storedState !== 'revoked' ? 'expired' : key.storedState;
}

export function secretEnded(secret: Pick<Secret, 'endsAt'>, nowMs: number): boolean {
  return secret.endsAt !== null && secret.endsAt <= nowMs;
}

/** A quarantined key may look but not act, and slowly: its only limit while it lasts. */
export const QUARANTINE_LIMIT: Limit = { name: 'quarantine', requests: 60, window_seconds: 60 };

export function callerOf(key: Key): Caller {
  const quarantined = key.storedState === 'quarantined';
  const limits = quarantined ? [QUARANTINE_LIMIT] : key.limits;
  const { id, name, budgets } = key;
  const isHolder = limits.length > 0 || budgets.length > 0;
  return {
    keyId: key.id,
    keyName: key.name,
    ownerId: key.owner.id,
    ownerName: key.owner.name,
    grants: key.grants,
    scopes: expand(key.grants, quarantined),
    selectors: key.selectors,
    expiresAt: key.expiresAt,
    limits,
    budgets,
    holders: isHolder ? [{ kind: 'key', id, name, limits, budgets }] : [],
  };
}
