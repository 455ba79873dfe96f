import type { Actor, Selectors, Wanted } from '../access/index.ts';
import { covers, EVERYTHING, holdingsOfCaller, isBound, reachesBeyond, worthOf } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { KeywardError } from '../base/errors.ts';
import type { Nodes, Running } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import type { Budgets } from '../usage/index.ts';
import type { LastUsed } from './verify/last-used.ts';
import type { RequestLimits } from './limits/limits.ts';
import type { Verifier } from './verify/verifier.ts';

/** What keys need to know of those who log in; the module `identity`, to the right of this one, brings it (app.ts). */
export interface Administrators {
  /** In a transaction: until it ends nobody else changes who may administer. */
  lock(tx: Db): Promise<unknown>;
  /**
   * Whether somebody who logs in can do everything, beside the person whose keys these are.
   * @param isFree only those whose owner has neither limits nor budgets.
   */
  hasOther(tx: Db, exceptOwnerId: string | undefined, isFree: boolean): Promise<boolean>;
  /** What the person whose keys these are can do by logging in; undefined: it is nobody's owner who does. */
  worthOf(tx: Db, ownerId: string): Promise<Wanted | undefined>;
}

/** Everything the verbs of this domain work with; made once by `openKeys`. */
export interface KeysContext {
  storage: Storage;
  audit: Audit;
  nodes: Nodes;
  sealing: Sealing;
  clock: Clock;
  logger: Logger;
  /** First characters of a new key's text, such as `sk-`. */
  prefix: string;
  verifier: Verifier;
  limits: RequestLimits;
  lastUsed: LastUsed;
  budgets: Budgets;
  administrators: Administrators;
  running: Running;
}

/** What `created_by` of a new key says. */
export function actorId(actor: Actor): string {
  if (actor.kind === 'key') return actor.caller.keyId;
  return actor.kind === 'user' ? `user:${actor.id}` : actor.kind;
}

/**
 * What the actor can do itself, to be compared with what it takes from others. Of a user with the role default it is less
 * than there is: such a session changes nobody but itself.
 */
export function powersOf(actor: Actor): Wanted {
  if (actor.kind === 'key') return holdingsOfCaller(actor.caller);
  if (actor.kind === 'user') return worthOf({ kind: 'user', role: actor.role ?? 'default', workspaces: [] });
  return EVERYTHING;
}

/**
 * The same with all that bounds a session, to be compared with what it makes or gives: somebody with a budget could
 * otherwise make another user and be rid of it. How many messages somebody may send bounds what can send any. Guarded by
 * gifts.test.ts.
 */
export function holdingsOf(actor: Actor, wanted: Wanted): Wanted {
  const bounds = actor.kind === 'user' || actor.kind === 'admin' ? actor.bounds : undefined;
  const powers = powersOf(actor);
  if (bounds === undefined) return powers;
  const { limits, budgets, messages } = bounds;
  const canChat = wanted.grants.some((grant) => covers(grant, 'workspaces:chat'));
  return { ...powers, budgets, limits: messages !== undefined && canChat ? [...limits, messages] : limits };
}

/**
 * Whether all owners are there for the actor. A key that is bound to workspaces has its own alone: the others' names are
 * those of users, and to suspend one ends keys of workspaces that it must not know of. Guarded by taking-away.test.ts.
 */
export function managesOwners(actor: Actor): boolean {
  if (actor.kind !== 'key') return true;
  const { scopes, selectors } = actor.caller;
  return scopes.has('owners:manage') && !reachesBeyond(selectors.workspaces, EVERYTHING.selectors.workspaces);
}

/** Whether the actor may deal with what belongs to this owner. Others' things do not exist for it: 404. */
export function mayTouchOwner(actor: Actor, ownerId: string): boolean {
  return (actor.kind === 'key' && actor.caller.ownerId === ownerId) || managesOwners(actor);
}

/**
 * Whether a key is there for the actor. For a key that is bound to workspaces those that reach beyond them are not: their
 * selectors name workspaces that it must not know of. Guarded by other-workspaces.test.ts.
 */
export function mayTouchKey(
  actor: Actor,
  { owner, selectors }: { owner: { id: string }; selectors: Selectors },
): boolean {
  if (actor.kind !== 'key') return true;
  const { ownerId, scopes, selectors: own } = actor.caller;
  if (ownerId !== owner.id && !scopes.has('owners:manage')) return false;
  return !reachesBeyond(own.workspaces, selectors.workspaces);
}

/** Whether `mayTouchKey` holds for all keys of an owner that the actor may deal with: then nobody has to ask for each. */
export function reachesAll(actor: Actor): boolean {
  return actor.kind !== 'key' || !isBound(actor.caller);
}

export const noSuch = (what: 'key' | 'owner'): KeywardError =>
  new KeywardError('not_found', `There is no such ${what}.`, {
    hint: `GET /v1/${what}s lists the ones that you may see.`,
  });
