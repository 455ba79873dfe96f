import {
  EVERYTHING,
  excesses,
  hasSelectors,
  holdsScope,
  noteGrants,
  type Actor,
  type Wanted,
} from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { holdingsOf, powersOf, type KeysContext } from '../context.ts';
import { ceilingOf, keyState, type Key, type KeyWithSecrets } from '../key.ts';
import { isBelow, refuseExcess, takesAway } from './gain.ts';
import { findKey, lockKey, unlimitedKeys } from '../store/key-store.ts';
import { keysOfOwner } from '../store/key-list-store.ts';
import type { Owner } from '../owner.ts';
import { findOwner } from '../store/owner-store.ts';

/** Whether the actor may end what holds more than itself: an operator's key, with `owners:manage` and without selectors. */
const mayEndAnything = (actor: Actor): boolean =>
  actor.kind !== 'user' &&
  (actor.kind !== 'key' || (!hasSelectors(actor.caller) && holdsScope(actor.caller, 'owners:manage')));

/**
 * To end something takes as much power as it holds: a key that may only write keys could otherwise end the
 * administrator's. Guarded by taking-away.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseStronger(actor: Actor, held: Wanted): void {
  if (mayEndAnything(actor)) return;
  const errors = excesses(powersOf(actor), held);
  if (errors.length === 0) {
    if (actor.kind === 'key') noteGrants(actor.caller, held.grants);
    return;
  }
  // Not every surface shows fields.
  const said = errors.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new KeywardError(
    'scope_escalation',
    `A caller cannot take anything from a key, owner or user that holds more. ${said}.`,
    {
      errors: errors.map(({ field, message }) => ({
        field,
        message: `${message}, because the one to be ended does not`,
      })),
      hint: 'Use a key that holds as much, or a key with owners:manage and without selectors.',
    },
  );
}

/** A key may always end itself and its descendants, never its ancestors. @throws KeywardError `scope_escalation` */
export function refuseStrongerKey(actor: Actor, key: Key): void {
  if (actor.kind === 'key' && (actor.caller.keyId === key.id || isBelow(actor.caller, key))) return;
  refuseStronger(actor, isAbove(actor, key) ? EVERYTHING : ceilingOf(key));
}

/**
 * A key that is narrowed to nothing is ended. An ancestor of the actor's key cannot be changed so at all. Guarded by
 * taking-away.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseTakingAway(actor: Actor, before: Key, after: Key): void {
  if (isAbove(actor, before) || takesAway(before, after)) refuseStrongerKey(actor, before);
}

const isAbove = (actor: Actor, { id }: Pick<Key, 'id'>): boolean =>
  actor.kind === 'key' && actor.caller.ancestors.some(({ keyId }) => keyId === id);

/** Asks about the user of an owner and each of its keys. @throws KeywardError `scope_escalation` */
export async function refuseStrongerOwner(
  tx: Db,
  context: KeysContext,
  { actor, ownerId }: { actor: Actor; ownerId: string },
): Promise<void> {
  if (mayEndAnything(actor)) return;
  for await (const held of heldBy(tx, context, ownerId)) refuseStronger(actor, held);
}

/** For an actor that activates an owner again: it must hold what the keys hold. @throws KeywardError `scope_escalation` */
export async function refuseOwnerExcess(
  tx: Db,
  context: KeysContext,
  { actor, ownerId }: { actor: Actor; ownerId: string },
): Promise<void> {
  if (excesses(holdingsOf(actor, EVERYTHING), EVERYTHING).length === 0) return;
  for await (const held of heldBy(tx, context, ownerId)) refuseExcess(actor, held);
}

async function* heldBy(tx: Db, { administrators }: KeysContext, ownerId: string): AsyncGenerator<Wanted> {
  const user = await administrators.worthOf(tx, ownerId);
  if (user !== undefined) yield user;
  for await (const key of keysOfOwner(tx, ownerId)) yield ceilingOf(key);
}

/** Whether this key is a way in: it can do everything, and never expires. */
export const isWayIn = (key: Key, nowMs: number): boolean =>
  key.parentId === null && keyState(key, nowMs) === 'active' && excesses(key, EVERYTHING).length === 0;

/**
 * Like `lockKey`, for a change that may end the key. For a way in, the lock of `administrators` comes first, as
 * everywhere: two changes could otherwise deadlock.
 * @throws KeywardError `conflict` where the key became a way in at this moment.
 */
export async function lockToEnd(
  tx: Db,
  { administrators, clock }: KeysContext,
  id: string,
): Promise<KeyWithSecrets | undefined> {
  const before = await findKey(tx, id);
  const isLocked = before !== undefined && isWayIn(before, clock.nowMs());
  if (isLocked) await administrators.lock(tx);
  const key = await lockKey(tx, id, isLocked ? undefined : before);
  if (key !== undefined && !isLocked && isWayIn(key, clock.nowMs()))
    throw new KeywardError(
      'conflict',
      'Another request changed the key at the same time. Send the request again.',
      { hint: 'Ask again.' },
    );
  return key;
}

/** A change that ends or bounds a key, or all keys of an owner. */
interface Ending {
  actor: Actor;
  key?: Key;
  ownerId?: string;
  /** `last_admin` of the request. */
  isMeant?: boolean | undefined;
}

/**
 * The last way in is ended only by itself, and only where the request confirms it. The last one whose owner has neither
 * limits nor budgets counts as the last: nobody could remove those of the others. The operator on the machine and a report
 * of a leak may end any: `keyward keys create --local` makes another key. The caller holds the lock of `administrators`:
 * two requests could otherwise end each other's. Guarded by last-way-in.test.ts and administrators.test.ts.
 * @throws KeywardError `last_admin`
 */
export async function refuseLastWayIn(tx: Db, context: KeysContext, ending: Ending): Promise<void> {
  const { actor, key, ownerId, isMeant = false } = ending;
  if (actor.kind === 'cli' || actor.kind === 'system') return;
  const { administrators, clock } = context;
  const nowMs = clock.nowMs();
  const isGoing = (one: Key): boolean => one.id === key?.id || one.owner.id === ownerId;
  const ways = (await unlimitedKeys(tx)).filter((one) => isWayIn(one, nowMs));
  const going = ways.filter(isGoing);
  const user = ownerId === undefined ? undefined : await administrators.worthOf(tx, ownerId);
  const isUserGoing = user !== undefined && excesses(user, EVERYTHING).length === 0;
  const owner = isUserGoing && ownerId !== undefined ? await findOwner(tx, ownerId) : undefined;
  const needsFree = going.some(isFree) || (owner !== undefined && isFree({ owner }));
  if (await administrators.hasOther(tx, ownerId, needsFree)) return;
  if (ways.some((one) => !isGoing(one) && (isFree(one) || !needsFree))) return;
  if (going.length === 0 && !isUserGoing) return;
  const isOwn = actor.kind === 'key' && going.some(({ id }) => id === actor.caller.keyId);
  if (isOwn && isMeant) return;
  throw lastAdmin(isOwn);
}

/** Whether the owner has neither limits nor budgets. */
export const isFree = ({ owner }: { owner: Pick<Owner, 'limits' | 'budgets'> }): boolean =>
  owner.limits.length + owner.budgets.length === 0;

export const lastAdmin = (isOwn: boolean): KeywardError =>
  new KeywardError('last_admin', 'This change would leave nobody who can administer this instance.', {
    hint: isOwn
      ? 'Make another admin key first, or confirm with {"last_admin": true}. keyward keys create --local makes a key on the machine itself.'
      : 'Make another admin key first. Only the last admin key itself can end itself, with {"last_admin": true}.',
  });

/** Whether any key is a way in. */
export async function hasUnlimitedKey(tx: Db, { clock }: Pick<KeysContext, 'clock'>): Promise<boolean> {
  const nowMs = clock.nowMs();
  return (await unlimitedKeys(tx)).some((key) => isWayIn(key, nowMs));
}
