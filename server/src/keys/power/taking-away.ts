import { EVERYTHING, excesses, hasSelectors, type Actor, type Wanted } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Db } from '../../storage/index.ts';
import { holdingsOf, powersOf, type KeysContext } from '../context.ts';
import { ceilingOf, keyState, type Key, type KeyWithSecrets } from '../key.ts';
import { isBelow, refuseExcess, takesAway } from './gain.ts';
import { findKey, lockKey, unlimitedKeys } from '../store/key-store.ts';
import { keysOfOwner } from '../store/key-list-store.ts';
import type { Owner } from '../owner.ts';
import { findOwner } from '../store/owner-store.ts';

/**
 * Whether the actor may end what holds more than itself: with `owners:manage` on a key without selectors, which is what
 * an operator has who may suspend anybody.
 */
const mayEndAnything = (actor: Actor): boolean =>
  actor.kind !== 'user' &&
  (actor.kind !== 'key' || (actor.caller.scopes.has('owners:manage') && !hasSelectors(actor.caller)));

/**
 * Taking away from something stronger needs as much power: a key that may only write keys could otherwise end those of
 * the administrator. Guarded by taking-away.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseStronger(actor: Actor, held: Wanted): void {
  if (mayEndAnything(actor)) return;
  const errors = excesses(powersOf(actor), held);
  if (errors.length === 0) return;
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

/**
 * The same of a key. A key may always end itself and those below it; those above it hold what it holds, and bound it.
 * @throws KeywardError `scope_escalation`
 */
export function refuseStrongerKey(actor: Actor, key: Key): void {
  if (isItself(actor, key) || (actor.kind === 'key' && isBelow(actor.caller, key))) return;
  refuseStronger(actor, isAbove(actor, key) ? EVERYTHING : ceilingOf(key));
}

/**
 * To narrow a key is to take away from it as well: down to nothing, that ends it. Of a key above the actor's nothing at all is
 * changed so. Guarded by taking-away.test.ts.
 * @throws KeywardError `scope_escalation`
 */
export function refuseTakingAway(actor: Actor, before: Key, after: Key): void {
  if (isAbove(actor, before) || takesAway(before, after)) refuseStrongerKey(actor, before);
}

const isAbove = (actor: Actor, { id }: Pick<Key, 'id'>): boolean =>
  actor.kind === 'key' && actor.caller.ancestors.some(({ keyId }) => keyId === id);

const isItself = (actor: Actor, { id }: Pick<Key, 'id'>): boolean =>
  actor.kind === 'key' && actor.caller.keyId === id;

/** The same of an owner: of each of its keys, and of the user whose keys they are. @throws KeywardError `scope_escalation` */
export async function refuseStrongerOwner(
  tx: Db,
  context: KeysContext,
  { actor, ownerId }: { actor: Actor; ownerId: string },
): Promise<void> {
  if (mayEndAnything(actor)) return;
  for await (const held of heldBy(tx, context, ownerId)) refuseStronger(actor, held);
}

/** Whoever gives an owner its keys back must hold what they do. @throws KeywardError `scope_escalation` */
export async function refuseOwnerExcess(
  tx: Db,
  context: KeysContext,
  { actor, ownerId }: { actor: Actor; ownerId: string },
): Promise<void> {
  if (excesses(holdingsOf(actor, EVERYTHING), EVERYTHING).length === 0) return;
  for await (const held of heldBy(tx, context, ownerId)) refuseExcess(actor, held);
}

async function* heldBy(tx: Db, { administrators }: KeysContext, ownerId: string): AsyncGenerator<Wanted> {
  const person = await administrators.worthOf(tx, ownerId);
  if (person !== undefined) yield person;
  for await (const key of keysOfOwner(tx, ownerId)) yield ceilingOf(key);
}

/** Whether somebody with this key can do everything, for good: a way in to the administration. */
export const isWayIn = (key: Key, nowMs: number): boolean =>
  key.parentId === null &&
  keyState(key, nowMs) === 'active' &&
  key.owner.state === 'active' &&
  excesses(key, EVERYTHING).length === 0;

/**
 * Like `lockKey`, for a change that may end the key. Where that is a way in, who may administer is locked first, as
 * everywhere: the other way round two changes could wait for each other.
 * @throws KeywardError `conflict` where the key became one at this moment.
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

/** What may be ended: a key, or all keys of an owner. An owner that is given a limit or a budget bounds them all: the same. */
interface Ending {
  actor: Actor;
  key?: Key;
  ownerId?: string;
  /** The word of the request, `last_admin`. */
  isMeant?: boolean | undefined;
}

/**
 * Nobody is left outside: the last key that can do everything, where nobody who logs in can either, is ended by nobody but
 * itself, and with a word that says so. Nor is the last one whose owner has neither limits nor budgets: nobody could take
 * those of the others away again. What the operator does on the machine is not asked, nor is a report of a leak:
 * `keyward keys create --local` makes another key. Whoever calls holds the lock of `administrators`: two who end each
 * other's at the same moment wait there. Guarded by last-way-in.test.ts and
 * administrators.test.ts.
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
  const isPerson = await isLoggedInBy(tx, context, ownerId);
  const needsFree = going.some(isFree) || (isPerson && (await isFreeOwner(tx, ownerId)));
  if (await administrators.hasOther(tx, ownerId, needsFree)) return;
  if (ways.some((one) => !isGoing(one) && (isFree(one) || !needsFree))) return;
  if (going.length === 0 && !isPerson) return;
  const isOwn = actor.kind === 'key' && going.some(({ id }) => id === actor.caller.keyId);
  if (isOwn && isMeant) return;
  throw lastAdmin(isOwn);
}

/** Whether nothing bounds all keys of its owner together. */
export const isFree = ({ owner }: { owner: Pick<Owner, 'limits' | 'budgets'> }): boolean =>
  owner.limits.length + owner.budgets.length === 0;

const isFreeOwner = async (tx: Db, id = ''): Promise<boolean> => {
  const owner = await findOwner(tx, id);
  return owner !== undefined && isFree({ owner });
};

/** Whether somebody who logs in can do everything and has this owner. */
async function isLoggedInBy(tx: Db, { administrators }: KeysContext, ownerId?: string): Promise<boolean> {
  if (ownerId === undefined) return false;
  const person = await administrators.worthOf(tx, ownerId);
  return person !== undefined && excesses(person, EVERYTHING).length === 0;
}

export const lastAdmin = (isOwn: boolean): KeywardError =>
  new KeywardError('last_admin', 'This change would leave nobody who can administer this instance.', {
    hint: isOwn
      ? 'Make another admin key first, or confirm with {"last_admin": true}. keyward keys create --local makes a key on the machine itself.'
      : 'Make another admin key first. Only the last admin key itself can end itself, with {"last_admin": true}.',
  });

/** Whether a key can do everything, for good. */
export async function hasUnlimitedKey(tx: Db, { clock }: Pick<KeysContext, 'clock'>): Promise<boolean> {
  const nowMs = clock.nowMs();
  return (await unlimitedKeys(tx)).some((key) => isWayIn(key, nowMs));
}
