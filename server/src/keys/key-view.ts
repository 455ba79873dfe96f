import type { Budget, BudgetView, Limit, Role } from '../access/index.ts';
import { isoTime } from '../base/clock.ts';
import type { KeysContext } from './context.ts';
import { decidingState, endOf, ownerHolder, type KeyState, type KeyWithSecrets } from './key.ts';
import type { Owner } from './owner.ts';
import { shownSelectors, type SelectorsView } from './selectors-view.ts';

type UsedBudget = Budget & { used: string; resets_at: string | null };

/** The key object of the contract. Times ISO 8601. */
export interface KeyView {
  id: string;
  name: string;
  owner: { id: string; name: string };
  /** Id of the parent. */
  parent: string | null;
  role: Role | null;
  scopes: string[];
  selectors: SelectorsView;
  limits: Limit[];
  budgets: UsedBudget[];
  expires_at: string | null;
  state: KeyState;
  state_reason: string | null;
  created_at: string;
  created_by: string;
  last_used_at: string | null;
  secrets: SecretView[];
  metadata: Record<string, unknown>;
  tags: string[];
}

interface SecretView {
  id: string;
  hint: string;
  created_at: string;
  last_used_at: string | null;
  last_used_from: string | null;
  ends_at: string | null;
  /** The secret ends earlier, after this time without use. */
  quiet_seconds: number | null;
}

export async function viewKeys(context: KeysContext, keys: readonly KeyWithSecrets[]): Promise<KeyView[]> {
  const budgets = await context.budgets.views(keys);
  return keys.map((key) => view(key, budgets.get(key.id) ?? [], context.clock.nowMs()));
}

export async function viewKey(context: KeysContext, key: KeyWithSecrets): Promise<KeyView> {
  const budgets = await context.budgets.views([key]);
  return view(key, budgets.get(key.id) ?? [], context.clock.nowMs());
}

const OWNER_REASONS = {
  active: null,
  suspended: 'Its owner is suspended.',
  deleted: 'Its owner was deleted.',
};

function view(key: KeyWithSecrets, budgets: BudgetView[], nowMs: number): KeyView {
  const { state, byOwner, of } = decidingState(key, nowMs);
  const ownReason = byOwner ? OWNER_REASONS[key.owner.state] : key.stateReason;
  return {
    id: key.id,
    name: key.name,
    owner: { id: key.owner.id, name: key.owner.name },
    parent: key.parentId,
    role: key.role,
    scopes: key.grants,
    selectors: shownSelectors(key.selectors),
    limits: key.limits,
    budgets: budgets.map(usedBudget),
    expires_at: isoTime(endOf(key)),
    state,
    state_reason: of === key ? ownReason : `Its ancestor ${of.id} is ${state}.`,
    created_at: isoTime(key.createdAt),
    created_by: key.createdBy,
    last_used_at: isoTime(key.lastUsedAt),
    secrets: key.secrets.map((secret) => ({
      id: secret.id,
      hint: secret.hint,
      created_at: isoTime(secret.createdAt),
      last_used_at: isoTime(secret.lastUsedAt),
      last_used_from: secret.lastUsedFrom,
      ends_at: isoTime(secret.endsAt),
      quiet_seconds: secret.quietMs === null ? null : secret.quietMs / 1000,
    })),
    metadata: key.metadata,
    tags: key.tags,
  };
}

const usedBudget = ({ name, unit, amount, period, used, resets_at }: BudgetView): UsedBudget => ({
  name,
  unit,
  amount,
  period,
  used,
  resets_at,
});

export interface OwnerView {
  id: string;
  name: string;
  kind: Owner['kind'];
  state: Owner['state'];
  limits: Limit[];
  budgets: UsedBudget[];
  created_at: string;
}

export async function viewOwners(context: KeysContext, owners: readonly Owner[]): Promise<OwnerView[]> {
  const views = await context.budgets.views(owners.map(ownerHolder));
  return owners.map((owner) => ({
    id: owner.id,
    name: owner.name,
    kind: owner.kind,
    state: owner.state,
    limits: owner.limits,
    budgets: (views.get(owner.account) ?? []).map(usedBudget),
    created_at: isoTime(owner.createdAt),
  }));
}

export async function viewOwner(context: KeysContext, owner: Owner): Promise<OwnerView> {
  const [view] = await viewOwners(context, [owner]);
  if (view === undefined) throw new Error('an owner has a view');
  return view;
}
