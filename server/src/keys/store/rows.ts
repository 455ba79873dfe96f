import type { Budget, Limit, Role } from '../../access/index.ts';
import { foldCase, type Db } from '../../storage/index.ts';
import type { KeyRecord, Secret, StoredState } from '../key.ts';
import type { OwnerKind, OwnerState } from '../owner.ts';
import { selectorsIn } from '../selectors-view.ts';

export type OwnerRow = {
  id: string;
  name: string;
  /** For searches; null where an older Keyward beside this one has made the owner. */
  name_folded: string | null;
  kind: OwnerKind;
  state: OwnerState;
  limits: string;
  budgets: string;
  account: string | null;
  created_at: number;
  revision: number;
};

export type KeyRow = {
  id: string;
  number: number;
  owner_id: string;
  parent_id: string | null;
  name: string;
  /** For searches; null where an older Keyward beside this one has made the key. */
  name_folded: string | null;
  role: Role | null;
  grants: string;
  selectors: string;
  limits: string;
  budgets: string;
  expires_at: number | null;
  state: StoredState;
  state_reason: string | null;
  revoked_at: number | null;
  created_at: number;
  created_by: string;
  last_used_at: number | null;
  metadata: string;
  tags: string;
  revision: number;
  /** When the record of the uses of its scopes began. */
  scopes_since: number;
  /** 1: a candidate for a narrower key (unused-scopes.ts), as of the last day on which one of its scopes was used. */
  has_unused_scopes: number;
};

export type SecretRow = {
  id: string;
  key_id: string;
  digest: Uint8Array;
  pepper: string;
  hint: string;
  created_at: number;
  last_used_at: number | null;
  last_used_from: string | null;
  ends_at: number | null;
  quiet_ms: number | null;
};

export type IdempotencyRow = {
  owner_id: string;
  idempotency_key: string;
  request_hash: string;
  key_id: string;
  at: number;
};

/** `last_used_day`: days since 1970, UTC. */
export type ScopeUseRow = { key_id: string; scope: string; last_used_day: number };

/** `generation` 1 is the parent. */
export type AncestorRow = { key_id: string; ancestor_id: string; generation: number };

export const tables = (db: Db) =>
  db.withTables<{
    owners: OwnerRow;
    keys: KeyRow;
    key_secrets: SecretRow;
    key_idempotency: IdempotencyRow;
    key_ancestors: AncestorRow;
    key_scope_uses: ScopeUseRow;
  }>();

/** Keys with the columns of their owners that a key needs. */
export const joined = (db: Db) =>
  tables(db)
    .selectFrom('keys')
    .innerJoin('owners', 'owners.id', 'keys.owner_id')
    .selectAll('keys')
    .select([
      'owners.name as owner_name',
      'owners.state as owner_state',
      'owners.account as owner_account',
      'owners.limits as owner_limits',
      'owners.budgets as owner_budgets',
    ]);

type OwnerColumn = 'name' | 'state' | 'account' | 'limits' | 'budgets';
export type JoinedKeyRow = KeyRow & { [Name in OwnerColumn as `owner_${Name}`]: OwnerRow[Name] };

export const withOwner = (row: KeyRow, owner: OwnerRow): JoinedKeyRow => ({
  ...row,
  owner_name: owner.name,
  owner_state: owner.state,
  owner_account: owner.account,
  owner_limits: owner.limits,
  owner_budgets: owner.budgets,
});

export function keyFromRow(row: JoinedKeyRow): KeyRecord {
  return {
    id: row.id,
    number: row.number,
    owner: {
      id: row.owner_id,
      name: row.owner_name,
      state: row.owner_state,
      account: row.owner_account ?? row.owner_id,
      limits: JSON.parse(row.owner_limits) as Limit[],
      budgets: JSON.parse(row.owner_budgets) as Budget[],
    },
    parentId: row.parent_id,
    name: row.name,
    role: row.role,
    grants: JSON.parse(row.grants) as string[],
    selectors: selectorsIn(row.selectors),
    limits: JSON.parse(row.limits) as Limit[],
    budgets: JSON.parse(row.budgets) as Budget[],
    expiresAt: row.expires_at,
    storedState: row.state,
    stateReason: row.state_reason,
    revokedAt: row.revoked_at,
    createdAt: row.created_at,
    createdBy: row.created_by,
    lastUsedAt: row.last_used_at,
    metadata: JSON.parse(row.metadata) as Record<string, unknown>,
    tags: JSON.parse(row.tags) as string[],
    revision: row.revision,
    scopesSince: row.scopes_since,
  };
}

export function settingColumns(key: KeyRecord) {
  return {
    name: key.name,
    name_folded: foldCase(key.name),
    role: key.role,
    grants: JSON.stringify(key.grants),
    selectors: JSON.stringify(key.selectors),
    limits: JSON.stringify(key.limits),
    budgets: JSON.stringify(key.budgets),
    expires_at: key.expiresAt,
    metadata: JSON.stringify(key.metadata),
    tags: JSON.stringify(key.tags),
    scopes_since: key.scopesSince,
  } satisfies Partial<KeyRow>;
}

export function rowFromKey(key: KeyRecord): KeyRow {
  return {
    ...settingColumns(key),
    id: key.id,
    number: key.number,
    owner_id: key.owner.id,
    parent_id: key.parentId,
    state: key.storedState,
    state_reason: key.stateReason,
    revoked_at: key.revokedAt,
    created_at: key.createdAt,
    created_by: key.createdBy,
    last_used_at: key.lastUsedAt,
    revision: key.revision,
    has_unused_scopes: 0,
  };
}

export function secretFromRow(row: SecretRow): Secret {
  return {
    id: row.id,
    hint: row.hint,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
    lastUsedFrom: row.last_used_from,
    endsAt: row.ends_at,
    quietMs: row.quiet_ms,
  };
}
