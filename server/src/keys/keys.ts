import { ROLE_GRANTS, type Actor, type Budget, type Limit, type Role } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { pageOf, readPlace, type Page } from '../base/page.ts';
import type { Acknowledgement } from '../nodes/index.ts';
import { mayTouchKey, noSuch, reachesAll, type KeysContext } from './context.ts';
import type { Key, KeyState, KeyWithSecrets } from './key.ts';
import {
  checkBudgets,
  checkExpiry,
  checkGrants,
  checkLimits,
  checkMetadata,
  checkName,
  checkTags,
  checkSelectors,
} from './key-rules.ts';
import type { SelectorsInput } from './key-rules.ts';
import * as lists from './store/key-list-store.ts';
import type { KeyReach } from './store/key-list-store.ts';
import * as store from './store/key-store.ts';
import { settingColumns } from './store/rows.ts';
import { refuseGain } from './power/gain.ts';
import { isWayIn, lockToEnd, refuseLastWayIn, refuseTakingAway } from './power/taking-away.ts';

/** One key the actor may see. @throws KeywardError `not_found`, also for somebody else's. */
export async function getKey(context: KeysContext, actor: Actor, id: string): Promise<KeyWithSecrets> {
  return visible(actor, await store.findKey(context.storage.db, id));
}

export function visible<K extends Key>(actor: Actor, key: K | undefined): K {
  if (key === undefined || !mayTouchKey(actor, key)) throw noSuch('key');
  return key;
}

export interface ListInput {
  state?: KeyState | undefined;
  owner?: string | undefined;
  parent?: string | undefined;
  role?: Role | undefined;
  tag?: string | undefined;
  q?: string | undefined;
  unused_for_seconds?: number | undefined;
  expiring_within_seconds?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Newest first, of those that are there for the actor; without `owners:manage` only those of the caller's owner. */
export async function listKeys(
  context: KeysContext,
  actor: Actor,
  input: ListInput,
): Promise<Page<KeyWithSecrets>> {
  const nowMs = context.clock.nowMs();
  const limit = input.limit ?? 50;
  const seesAll = actor.kind !== 'key' || actor.caller.scopes.has('owners:manage');
  if (!seesAll && input.owner !== undefined && input.owner !== actor.caller.ownerId)
    return { items: [], next_cursor: null };
  const filter = {
    state: input.state,
    ownerId: seesAll ? input.owner : actor.caller.ownerId,
    parentId: input.parent,
    role: input.role,
    tag: input.tag,
    q: input.q,
    unusedSinceMs:
      input.unused_for_seconds === undefined ? undefined : nowMs - input.unused_for_seconds * 1000,
    expiringBeforeMs:
      input.expiring_within_seconds === undefined ? undefined : nowMs + input.expiring_within_seconds * 1000,
  };
  // Others may lie between those that are there for a key that is bound to workspaces.
  const isVisible = reachesAll(actor) ? undefined : (key: KeyReach) => mayTouchKey(actor, key);
  const page = { after: readPlace(input.cursor), limit: limit + 1, nowMs, isVisible };
  const found = await lists.listKeys(context.storage.db, filter, page);
  return pageOf(found, limit, ({ createdAt, id }) => [createdAt, id]);
}

/** What a change may name; null ends an expiry. */
export interface UpdateInput {
  name?: string | undefined;
  role?: Role | undefined;
  scopes?: string[] | undefined;
  selectors?: SelectorsInput | undefined;
  limits?: Limit[] | undefined;
  budgets?: Budget[] | undefined;
  expires_at?: string | null | undefined;
  expires_in_seconds?: number | undefined;
  metadata?: Record<string, unknown> | undefined;
  tags?: string[] | undefined;
  /** Also where it is the last key that may do everything, and no more after the change. */
  last_admin?: boolean | undefined;
}

interface UpdateWish {
  id: string;
  input: UpdateInput;
  revision?: number | undefined;
  /** What runs with the key is ended; left out: it goes on to its end with what it was admitted with. */
  running?: 'end' | undefined;
}

/**
 * Changes what a key is and may do; resolves when every node knows.
 * @param revision the one the caller saw; `precondition_failed` when the key has changed since.
 * @throws KeywardError also `scope_escalation`, when the key holds or would hold more than the actor, and `last_admin`.
 */
export function updateKey(
  context: KeysContext,
  actor: Actor,
  { id, input, revision, running }: UpdateWish,
): Promise<{ result: KeyWithSecrets; acknowledged: Acknowledgement }> {
  return context.audit.changeEverywhere(actor, async (tx) => {
    const key = visible(actor, await lockToEnd(tx, context, id));
    if (revision !== undefined && revision !== key.revision) {
      throw new KeywardError('precondition_failed', 'The key has changed since it was read.', {
        hint: 'Read the key again and send If-Match with its new ETag.',
      });
    }
    if (key.storedState === 'revoked') {
      throw new KeywardError('conflict', 'A revoked key cannot be changed.', {
        hint: 'Restore the key first: POST /v1/keys/{id}/restore.',
      });
    }
    const { last_admin: isMeant, ...wanted } = input;
    const nowMs = context.clock.nowMs();
    const changed = merged(key, wanted, nowMs);
    refuseGain(actor, key, changed);
    refuseTakingAway(actor, key, changed);
    if (isWayIn(key, nowMs) && !isWayIn(changed, nowMs))
      await refuseLastWayIn(tx, context, { actor, key, isMeant });
    if (input.budgets !== undefined) await context.budgets.carryOver(tx, id, key.budgets, changed.budgets);
    await store.updateKey(tx, id, settingColumns(changed));
    return {
      result: visible(actor, await store.findKey(tx, id)),
      entry: { action: 'keys.update', target: id, details: { changed: Object.keys(wanted) } },
      change: { kind: 'key', subject: id, ends: running === 'end' },
    };
  });
}

function merged(key: KeyWithSecrets, input: UpdateInput, nowMs: number): KeyWithSecrets {
  if (input.role !== undefined && input.scopes !== undefined) {
    throw invalidField('scopes', 'send only one of role and scopes');
  }
  const { expires_at, expires_in_seconds } = input;
  const keepsExpiry = expires_at === undefined && expires_in_seconds === undefined;
  return {
    ...key,
    name: input.name === undefined ? key.name : checkName(input.name),
    role: input.role ?? (input.scopes === undefined ? key.role : null),
    grants: grantsOf(key, input),
    selectors:
      input.selectors === undefined
        ? key.selectors
        : checkSelectors({ ...key.selectors, ...input.selectors }),
    limits: input.limits === undefined ? key.limits : checkLimits(input.limits),
    budgets: input.budgets === undefined ? key.budgets : checkBudgets(input.budgets),
    expiresAt: keepsExpiry ? key.expiresAt : checkExpiry({ expires_at, expires_in_seconds }, nowMs),
    metadata: input.metadata === undefined ? key.metadata : checkMetadata(input.metadata),
    tags: input.tags === undefined ? key.tags : checkTags(input.tags),
  };
}

function grantsOf(key: KeyWithSecrets, { role, scopes }: UpdateInput): string[] {
  if (role !== undefined) return [...ROLE_GRANTS[role]];
  return scopes === undefined ? key.grants : checkGrants(scopes);
}
