import { covers, type Actor } from '../access/index.ts';
import { KeywardError } from '../base/errors.ts';
import type { Acknowledgement } from '../nodes/index.ts';
import type { Db } from '../storage/index.ts';
import type { KeysContext } from './context.ts';
import { refuseTaking } from './power/gain.ts';
import { ownState, RESTORABLE_MS, type KeyWithSecrets, type StoredState } from './key.ts';
import * as store from './store/key-store.ts';
import { visible } from './keys.ts';
import { withoutKeys } from '../base/key-text.ts';
import { isWayIn, lockToEnd, refuseLastWayIn, refuseStrongerKey } from './power/taking-away.ts';

export const STATE_VERBS = ['disable', 'enable', 'quarantine', 'revoke', 'restore'] as const;
export type StateVerb = (typeof STATE_VERBS)[number];

interface Rule {
  from: StoredState[];
  to: StoredState;
  /** The actor must hold as much as the key. */
  gives: boolean;
}

/**
 *            disable            enable
 *  active ------------> disabled ------> active
 *     \  quarantine              enable
 *      `--------> quarantined ---------> active
 *  each of them -- revoke --> revoked -- restore, within 30 days --> active
 */
const RULES: Record<StateVerb, Rule> = {
  disable: { from: ['active', 'quarantined', 'disabled'], to: 'disabled', gives: false },
  enable: { from: ['disabled', 'quarantined', 'active'], to: 'active', gives: true },
  quarantine: { from: ['active', 'quarantined'], to: 'quarantined', gives: false },
  revoke: { from: ['active', 'disabled', 'quarantined', 'revoked'], to: 'revoked', gives: false },
  restore: { from: ['revoked'], to: 'active', gives: true },
};

interface StateChange {
  id: string;
  verb: StateVerb;
  reason?: string | undefined;
  isLastMeant?: boolean | undefined;
}

/**
 * Resolves when every node has applied the change. Idempotent.
 * @param isLastMeant confirms the end of the last key that may do everything.
 * @throws KeywardError `conflict` naming the state of the key, `not_found`, `scope_escalation`, `last_admin`.
 */
export function changeState(
  context: KeysContext,
  actor: Actor,
  { id, verb, reason: given, isLastMeant }: StateChange,
): Promise<{ result: KeyWithSecrets; acknowledged: Acknowledgement }> {
  const rule = RULES[verb];
  // The reason may contain the leaked key: it must neither be stored nor keep the key from being ended.
  const reason = given === undefined ? undefined : withoutKeys(given);
  return context.audit.changeEverywhere(actor, async (tx) => {
    const nowMs = context.clock.nowMs();
    const key = visible(actor, await (rule.gives ? store.lockKey(tx, id) : lockToEnd(tx, context, id)));
    refuseState(key, verb, nowMs);
    if (rule.gives) refuseTaking(actor, key);
    else refuseStrongerKey(actor, key);
    if (!rule.gives && isWayIn(key, nowMs))
      await refuseLastWayIn(tx, context, { actor, key, isMeant: isLastMeant });
    const repeated = key.storedState === rule.to;
    const stateReason = reason ?? (repeated ? key.stateReason : null);
    const revokedAt = rule.to === 'revoked' ? (key.revokedAt ?? nowMs) : null;
    await store.updateKey(tx, id, {
      state: rule.to,
      state_reason: stateReason,
      revoked_at: revokedAt,
      // What the key could not do until now is not unused.
      ...(rule.gives && !repeated ? { scopes_since: nowMs, has_unused_scopes: 0 } : {}),
    });
    return {
      result: { ...key, storedState: rule.to, stateReason, revokedAt, revision: key.revision + 1 },
      entry: {
        action: `keys.${verb}`,
        target: id,
        details: { reason: reason ?? null, was: key.storedState },
      },
      change: { kind: 'key', subject: id, ends: !rule.gives },
    };
  });
}

/**
 * Revokes the keys of an owner that hold more than these grants. The caller records and announces a change of the owner.
 * @returns their ids.
 */
export async function revokeBeyond(
  tx: Db,
  { clock }: KeysContext,
  { ownerId, grants, reason }: { ownerId: string; grants: readonly string[]; reason: string },
): Promise<string[]> {
  const keys = await store.grantsOfOwner(tx, ownerId);
  const isWithin = (wanted: string): boolean => grants.some((grant) => covers(grant, wanted));
  const beyond = keys.filter((key) => !key.grants.every(isWithin)).map(({ id }) => id);
  const change = { state: 'revoked', state_reason: reason, revoked_at: clock.nowMs() } as const;
  for (const id of beyond) await store.updateKey(tx, id, change);
  return beyond;
}

function refuseState(key: KeyWithSecrets, verb: StateVerb, nowMs: number): void {
  if (!RULES[verb].from.includes(key.storedState)) {
    const options =
      key.storedState === 'revoked' ? { hint: 'Restore the key first: POST /v1/keys/{id}/restore.' } : {};
    throw new KeywardError(
      'conflict',
      `The key is ${ownState(key, nowMs)}; it cannot be ${past(verb)}.`,
      options,
    );
  }
  if (verb === 'restore' && nowMs - (key.revokedAt ?? 0) > RESTORABLE_MS) {
    throw new KeywardError('conflict', 'The key was revoked more than 30 days ago and cannot be restored.', {
      hint: 'Mint a new key.',
    });
  }
}

const past = (verb: StateVerb): string => (verb.endsWith('e') ? `${verb}d` : `${verb}ed`);
