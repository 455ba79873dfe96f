import { rightsOf, type Actor, type Role } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { pageOf, readPlace, type Page } from '../base/page.ts';
import type { Acknowledgement, Change } from '../nodes/index.ts';
import { mayReadKeys, mayTouchKey, noSuch, onlyOwner, reachesAll, type KeysContext } from './context.ts';
import { keyState, type Key, type KeyState, type KeyWithSecrets } from './key.ts';
import { checkSettings, type SettingsInput } from './key-rules.ts';
import * as lists from './store/key-list-store.ts';
import type { KeyReach } from './store/key-list-store.ts';
import * as store from './store/key-store.ts';
import { settingColumns } from './store/rows.ts';
import { judgeKeys } from './store/scope-use-store.ts';
import { refuseGain, rightsOnly, takesAway } from './power/gain.ts';
import { isWidened } from './unused-scopes.ts';
import { whyEnded } from './verify/verifier.ts';
import { isWayIn, lockToEnd, refuseLastWayIn, refuseTakingAway } from './power/taking-away.ts';

/** @throws KeywardError `not_found`, also for a key that the actor may not see. */
export async function getKey(context: KeysContext, actor: Actor, id: string): Promise<KeyWithSecrets> {
  return visible(actor, await store.findKey(context.storage.db, id));
}

export function visible<K extends Key>(actor: Actor, key: K | undefined): K {
  if (key === undefined || !mayTouchKey(actor, key)) throw noSuch('key');
  return key;
}

/**
 * The states of those of these keys that the actor may read, for records that name keys by their ids: an actor without
 * `keys:read` sees none. Guarded by api/bootstrap.test.ts.
 */
export async function statesOf(
  { storage, clock }: KeysContext,
  actor: Actor,
  ids: readonly string[],
): Promise<Map<string, { state: KeyState; isGood: boolean }>> {
  if (ids.length === 0 || !mayReadKeys(actor)) return new Map();
  const nowMs = clock.nowMs();
  const keys = (await store.findPlainKeys(storage.db, ids)).filter((key) => mayTouchKey(actor, key));
  return new Map(
    keys.map((key) => [key.id, { state: keyState(key, nowMs), isGood: whyEnded(key, nowMs) === undefined }]),
  );
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
  scopes?: 'unused' | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** Newest first; without `owners:manage` only keys of the caller's owner. */
export async function listKeys(
  context: KeysContext,
  actor: Actor,
  input: ListInput,
): Promise<Page<KeyWithSecrets>> {
  const nowMs = context.clock.nowMs();
  const limit = input.limit ?? 50;
  const ownerId = onlyOwner(actor);
  if (ownerId !== undefined && input.owner !== undefined && input.owner !== ownerId)
    return { items: [], next_cursor: null };
  const filter = {
    state: input.state,
    ownerId: ownerId ?? input.owner,
    parentId: input.parent,
    role: input.role,
    tag: input.tag,
    q: input.q,
    unusedSinceMs:
      input.unused_for_seconds === undefined ? undefined : nowMs - input.unused_for_seconds * 1000,
    expiringBeforeMs:
      input.expiring_within_seconds === undefined ? undefined : nowMs + input.expiring_within_seconds * 1000,
    hasUnusedScopes: input.scopes === 'unused' || undefined,
  };
  const isVisible = reachesAll(actor) ? undefined : (key: KeyReach) => mayTouchKey(actor, key);
  const page = { after: readPlace(input.cursor), limit: limit + 1, nowMs, isVisible };
  const found = await lists.listKeys(context.storage.db, filter, page);
  return pageOf(found, limit, ({ createdAt, id }) => [createdAt, id]);
}

export interface UpdateInput extends SettingsInput {
  /** Confirms a change after which no key may do everything. */
  last_admin?: boolean | undefined;
}

interface KeyUpdate {
  id: string;
  input: UpdateInput;
  /** The revision that the caller has read. */
  revision?: number | undefined;
  /** `end`: ends all requests that run with the key. @default those that need what the change takes away */
  running?: 'end' | undefined;
}

/**
 * Resolves when every node has applied the change.
 * @throws KeywardError `precondition_failed` when the key has changed since `revision`, `scope_escalation` when it holds or
 * would hold more than the actor, `last_admin`.
 */
export function updateKey(
  context: KeysContext,
  actor: Actor,
  { id, input, revision, running }: KeyUpdate,
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
    if (wanted.role !== undefined && wanted.scopes !== undefined)
      throw invalidField('scopes', 'send only one of role and scopes');
    const nowMs = context.clock.nowMs();
    const settings = checkSettings(wanted, key, nowMs);
    const scopesSince = isWidened(key, settings) ? nowMs : key.scopesSince;
    const changed = { ...key, ...settings, scopesSince };
    refuseGain(actor, key, changed);
    refuseTakingAway(actor, key, changed);
    if (isWayIn(key, nowMs) && !isWayIn(changed, nowMs))
      await refuseLastWayIn(tx, context, { actor, key, isMeant });
    if (input.budgets !== undefined) await context.budgets.carryOver(tx, id, key.budgets, changed.budgets);
    await store.updateKey(tx, id, settingColumns(changed));
    await judgeKeys(tx, [id], nowMs);
    return {
      result: visible(actor, await store.findKey(tx, id)),
      entry: { action: 'keys.update', target: id, details: { changed: Object.keys(wanted) } },
      change: endOfNarrowed(key, changed, running),
    };
  });
}

/** Requests of the key and of its descendants that need what it loses end before the acknowledgement (narrowed-keys.test.ts). */
function endOfNarrowed(before: Key, after: Key, running: 'end' | undefined): Change {
  const change = { kind: 'key', subject: before.id } as const;
  if (running === 'end') return { ...change, ends: true };
  if (!takesAway(rightsOnly(before), rightsOnly(after))) return change;
  return { ...change, ends: true, rights: JSON.stringify(rightsOf(after)) };
}
