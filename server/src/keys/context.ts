import {
  callerIn,
  covers,
  EVERYTHING,
  holdsScope,
  holdingsOfCaller,
  isBound,
  reachesBeyond,
  worthOf,
} from '../access/index.ts';
import type { Actor, Caller, Selectors, Wanted } from '../access/index.ts';
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

/** Users who log in; injected by app.ts from the module `identity`, which is to the right of this one. */
export interface Administrators {
  /** Until the transaction ends nobody else changes who may administer. */
  lock(tx: Db): Promise<unknown>;
  /**
   * Whether a user with another owner can do everything.
   * @param isFree counts only users whose owner has neither limits nor budgets.
   */
  hasOther(tx: Db, exceptOwnerId: string | undefined, isFree: boolean): Promise<boolean>;
  /** What the user of this owner can do; undefined: the owner has no user. */
  worthOf(tx: Db, ownerId: string): Promise<Wanted | undefined>;
  /** A person by the `keyId` of its callers; undefined: it does not exist, or may not log in. */
  callerOf(db: Db, id: string): Promise<Caller | undefined>;
}

export interface KeysContext {
  storage: Storage;
  audit: Audit;
  nodes: Nodes;
  sealing: Sealing;
  clock: Clock;
  logger: Logger;
  /** Of a new key's text, such as `sk-`. */
  prefix: string;
  verifier: Verifier;
  limits: RequestLimits;
  lastUsed: LastUsed;
  budgets: Budgets;
  administrators: Administrators;
  running: Running;
}

/** `created_by` of a new key. */
export function actorId(actor: Actor): string {
  if (actor.kind === 'key') return actor.caller.keyId;
  return actor.kind === 'user' ? `user:${actor.id}` : actor.kind;
}

/** What the actor can do. Without the workspaces of a user of the role default, who changes nobody but itself. */
export function powersOf(actor: Actor): Wanted {
  if (actor.kind === 'key') return holdingsOfCaller(actor.caller);
  if (actor.kind === 'user') return worthOf({ kind: 'user', role: actor.role ?? 'default', workspaces: [] });
  return EVERYTHING;
}

/**
 * `powersOf` with the bounds of a session, to be compared with what it makes or gives: a user with a budget could
 * otherwise make another user without one. A limit on messages bounds only what can send any. Guarded by gifts.test.ts.
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
 * Whether the actor may see all owners. A key that is bound to workspaces sees its own only: names of owners are names of
 * users, and suspending one ends keys of other workspaces. Guarded by taking-away.test.ts.
 */
export function managesOwners(actor: Actor): boolean {
  const caller = callerIn(actor);
  if (caller === undefined) return true;
  const { workspaces } = caller.selectors;
  return !reachesBeyond(workspaces, EVERYTHING.selectors.workspaces) && holdsScope(caller, 'owners:manage');
}

/** Whether the actor may see other keys than its own. */
export function mayReadKeys(actor: Actor): boolean {
  const caller = callerIn(actor);
  return caller === undefined || holdsScope(caller, 'keys:read');
}

/** Where this is false, whatever belongs to the owner does not exist for the actor: 404. */
export function mayTouchOwner(actor: Actor, ownerId: string): boolean {
  return callerIn(actor)?.ownerId === ownerId || managesOwners(actor);
}

/** The owner whose keys alone are listed for an actor without `owners:manage`; undefined: those of all owners. */
export function onlyOwner(actor: Actor): string | undefined {
  const caller = callerIn(actor);
  return caller === undefined || holdsScope(caller, 'owners:manage') ? undefined : caller.ownerId;
}

/**
 * Whether the actor may see a key. For a key that is bound to workspaces, keys that reach beyond them do not exist: their
 * selectors name workspaces that it must not know of. Guarded by other-workspaces.test.ts.
 */
export function mayTouchKey(
  actor: Actor,
  { owner, selectors }: { owner: { id: string }; selectors: Selectors },
): boolean {
  const caller = callerIn(actor);
  if (caller === undefined) return true;
  const { ownerId, selectors: own } = caller;
  if (ownerId !== owner.id && !holdsScope(caller, 'owners:manage')) return false;
  return !reachesBeyond(own.workspaces, selectors.workspaces);
}

/** Whether `mayTouchKey` holds for all keys of each owner that the actor may see. */
export function reachesAll(actor: Actor): boolean {
  const caller = callerIn(actor);
  return caller === undefined || !isBound(caller);
}

export const noSuch = (what: 'key' | 'owner'): KeywardError =>
  new KeywardError('not_found', `There is no such ${what}.`, {
    hint: `GET /v1/${what}s lists the ones that you may see.`,
  });
