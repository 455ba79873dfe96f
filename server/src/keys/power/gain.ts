import type { Actor, Caller, Excess, Rights, Wanted } from '../../access/index.ts';
import {
  callerIn,
  childExcesses,
  excesses,
  loosenings,
  NO_SELECTORS,
  noteGrants,
  rightsOf,
} from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { holdingsOf } from '../context.ts';
import { ceilingOf, lineOf, type Key } from '../key.ts';
import type { Owner } from '../owner.ts';

/*
 * A key gains nothing by making or changing keys. Its bounds (limits, budgets, an expiry, a parent, an owner's budgets)
 * bound its descendants too; it gets no secret of another key, and widens none. Guarded by children.test.ts, gain.test.ts.
 */

export const isBelow = (caller: Caller, key: Pick<Key, 'ancestors'>): boolean =>
  key.ancestors.some(({ id }) => id === caller.keyId);

/** Whether something bounds the caller that would not bound another key, which counts on these accounts. */
export function isBounded(caller: Caller, accounts: readonly string[]): boolean {
  const { limits, budgets, expiresAt, ancestors, holders } = caller;
  if (limits.length + budgets.length + ancestors.length > 0 || expiresAt !== null) return true;
  return holders.some(({ kind, id }) => kind === 'owner' && !accounts.includes(id));
}

/**
 * For a user, a widget and the like, which the actor's bounds do not bound.
 * @throws KeywardError `scope_escalation` naming each field in which it would exceed its maker.
 */
export function refuseExcess(actor: Actor, wanted: Wanted): void {
  refuse(excesses(holdingsOf(actor, wanted), wanted), actor.kind === 'key' ? GIVES : SESSION_GIVES);
  if (actor.kind === 'key') noteGrants(actor.caller, wanted.grants);
}

/**
 * A person has no children. Keys of its own owner count against the same budgets; those of another owner would give a
 * bounded person budgets beyond its own. Guarded by session-power.test.ts.
 */
function refusePersonsExcess(actor: Exclude<Actor, { kind: 'key' }>, key: Key): void {
  const caller = callerIn(actor);
  if (caller !== undefined && isBounded(caller, accountsOf(key)))
    throw new KeywardError(
      'scope_escalation',
      'An owner with limits or budgets bounds this session: it can do this only with keys of that owner.',
      { hint: 'Leave owner out, or sign in as an administrator whose owner has no limits and budgets.' },
    );
  refuseExcess(actor, ceilingOf(key));
}

/** `refuseExcess` for a new key. */
export function refuseNew(actor: Actor, key: Key, parent: Caller | undefined): void {
  if (parent !== undefined) refuse(childExcesses(parent, key), GIVES);
  if (actor.kind !== 'key') return refusePersonsExcess(actor, key);
  const { caller } = actor;
  refuse(isBelow(caller, key) ? childExcesses(caller, key) : excesses(caller, key), GIVES);
  noteGrants(caller, key.grants);
}

/**
 * `refuseExcess` for a change of a key. A key never loosens its own bounds or those of its ancestors. A bounded key
 * loosens only those of its descendants, whose use counts against itself too.
 */
export function refuseGain(actor: Actor, before: Key, after: Key): void {
  if (actor.kind !== 'key') {
    refusePersonsExcess(actor, before);
    return refusePersonsExcess(actor, after);
  }
  const { caller } = actor;
  const looser = loosenings(before, after);
  if (isBelow(caller, after)) {
    if (looser.length === 0) return;
    refuse(childExcesses(caller, after), GIVES);
    return noteGrants(caller, after.grants);
  }
  const isOwn = after.id === caller.keyId || caller.ancestors.some(({ keyId }) => keyId === after.id);
  if (isOwn) return refuse(looser, LOOSENS);
  refuse(excesses(caller, before), GIVES);
  if (isBounded(caller, accountsOf(after))) refuse(looser, LOOSENS);
  refuse(excesses(caller, after), GIVES);
  noteGrants(caller, [...before.grants, ...after.grants]);
}

/**
 * For a new secret, and for a key that is enabled or restored: the actor then holds what the key holds.
 * @throws KeywardError `scope_escalation` when that is more than the actor holds, or outside its bounds.
 */
export function refuseTaking(actor: Actor, key: Key): void {
  if (actor.kind !== 'key') return refusePersonsExcess(actor, key);
  const { caller } = actor;
  if (key.id === caller.keyId || isBelow(caller, key)) return;
  refuse(excesses(caller, key), GIVES);
  noteGrants(caller, key.grants);
  if (isBounded(caller, accountsOf(key)))
    throw new KeywardError(
      'scope_escalation',
      'A key with limits, budgets, an expiry or a parent can do this only with itself and the keys below it.',
      { hint: 'Use an unbounded key, or make a child with POST /v1/keys.' },
    );
}

/** A key that counts against the owner, or that is bounded, may only tighten the owner's limits and budgets. */
export function refuseLooserOwner(
  actor: Actor,
  before: Owner,
  after: Pick<Owner, 'limits' | 'budgets'>,
): void {
  const caller = callerIn(actor);
  if (caller === undefined) return;
  const isUnder = [caller, ...caller.ancestors].some(({ ownerId }) => ownerId === before.id);
  if (!isUnder && !isBounded(caller, [])) return;
  refuse(loosenings(boundsOnly(before), boundsOnly(after)), LOOSENS);
}

/** Whether to undo the change would be a gain. */
export const takesAway = (before: Wanted, after: Wanted): boolean => loosenings(after, before).length > 0;

/** Limits and budgets alone, to be compared. */
export const boundsOnly = ({ limits, budgets }: Pick<Wanted, 'limits' | 'budgets'>): Wanted => ({
  grants: [],
  selectors: NO_SELECTORS,
  expiresAt: null,
  limits,
  budgets,
});

/** Without limits and budgets, to be compared. */
export const rightsOnly = (rights: Rights): Wanted => ({ ...rightsOf(rights), limits: [], budgets: [] });

const accountsOf = (key: Key): string[] => lineOf(key).map(({ owner }) => owner.account);

const GIVES = {
  message: 'A key cannot give more than it holds.',
  hint: 'Ask for less, or use a key that holds as much.',
};
const SESSION_GIVES = { ...GIVES, message: 'A session cannot give more than it holds.' };
const LOOSENS = {
  message: 'A key cannot loosen its own bounds.',
  hint: 'Make the change with a key that these bounds do not apply to.',
};

function refuse(errors: Excess[], { message, hint }: typeof GIVES): void {
  if (errors.length === 0) return;
  const said = errors.map((error) => `${error.field}: ${error.message}`).join('; ');
  throw new KeywardError('scope_escalation', `${message} ${said}.`, { errors, hint });
}
