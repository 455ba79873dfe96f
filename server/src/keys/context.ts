import type { Actor as AuditActor, AuditEntry } from '../audit/index.ts';
import type { Budget, Caller, Holder, Limit, Selectors, Wanted } from '../access/index.ts';
import { covers, EVERYTHING, holdingsOfCaller, reachesBeyond, worthOf } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { KeywardError } from '../base/errors.ts';
import type { Acknowledgement, Change, Nodes, Running } from '../nodes/index.ts';
import type { Sealing } from '../sealing/index.ts';
import type { Db, Storage } from '../storage/index.ts';
import { append, secretNet } from '../audit/index.ts';
import { KEY_MARK } from '../base/key-text.ts';
import type { LastUsed } from './verify/last-used.ts';
import type { RequestLimits } from './limits/limits.ts';
import type { Verifier } from './verify/verifier.ts';

/** A budget as it stands now; amounts are decimal text in the budget's unit. */
export interface BudgetView extends Budget {
  /** Settled and reserved. */
  used: string;
  /** Whether nothing is left. */
  spent: boolean;
  /** ISO 8601, or null for `total`. */
  resets_at: string | null;
}

/** A budget from which a request could not be taken, and whose it is. */
export interface SpentBudget extends BudgetView {
  holder: Pick<Holder, 'kind' | 'id'>;
}

/** What keys need of budgets; the module `usage`, to the right of this one, brings it (app.ts). */
export interface BudgetKeeper {
  views(keys: readonly { id: string; budgets: readonly Budget[] }[]): Promise<Map<string, BudgetView[]>>;
  /** Takes requests from the request budgets of all holders, or from none and returns one that is spent. */
  spend(holders: readonly Holder[], requests: number): SpentBudget | null | Promise<SpentBudget | null>;
  /**
   * After a change of the budgets of a key or owner, in its transaction: what was used is carried over to those that are
   * new, renamed or of another period, so that no change sets `used` back to 0.
   */
  carryOver(tx: Db, holderId: string, before: readonly Budget[], after: readonly Budget[]): Promise<void>;
}

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
  nodes: Nodes;
  sealing: Sealing;
  clock: Clock;
  logger: Logger;
  /** First characters of a new key's text, such as `sk-`. */
  prefix: string;
  verifier: Verifier;
  limits: RequestLimits;
  lastUsed: LastUsed;
  budgets: BudgetKeeper;
  administrators: Administrators;
  running: Running;
}

/**
 * Who makes a change: a key over HTTP, a user or the one administrator in a session (identity has seen to it that they
 * may), or the operator on the machine itself.
 */
export type Actor =
  | { kind: 'key'; caller: Caller }
  | { kind: 'user'; id: number; name: string; role?: 'admin' | 'manager' | 'default'; bounds?: Bounds }
  | { kind: 'admin'; bounds?: Bounds }
  | { kind: 'cli' | 'system' };

/** What a session counts against: what its owner has, and how many messages a user may send. */
export type Bounds = Pick<Wanted, 'limits' | 'budgets'> & { messages?: Limit };

export function auditActor(actor: Actor): AuditActor {
  if (actor.kind === 'key') return { kind: 'key', id: actor.caller.keyId, name: actor.caller.keyName };
  if (actor.kind === 'user') return { kind: 'user', id: String(actor.id), name: actor.name };
  return { kind: actor.kind };
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
  if (actor.kind !== 'key') return true;
  const { allow, deny } = actor.caller.selectors.workspaces;
  return allow.length + deny.length === 0;
}

export const noSuch = (what: 'key' | 'owner'): KeywardError =>
  new KeywardError('not_found', `There is no such ${what}.`, {
    hint: `GET /v1/${what}s lists the ones that you may see.`,
  });

export type Entry = Omit<AuditEntry, 'actor'>;

/** One change and its audit record, in one transaction: without the record there is no change. */
export function changeAndRecord<T>(
  context: KeysContext,
  actor: Actor,
  work: (tx: Db) => Promise<{ result: T; entry: Entry }>,
): Promise<T> {
  return context.storage.transaction(async (tx) => {
    const { result, entry } = await work(tx);
    await record(tx, context, { actor, entry });
    return result;
  });
}

/** The audit record of a change, in its transaction and as the last thing in it. */
export async function record(
  tx: Db,
  { clock, prefix }: Pick<KeysContext, 'clock' | 'prefix'>,
  { actor, entry }: { actor: Actor; entry: Entry },
): Promise<void> {
  const net = secretNet(`${prefix}${KEY_MARK}`);
  await append(tx, { actor: auditActor(actor), ...entry }, clock.nowMs(), { net });
}

/**
 * The same for a change that takes something away: resolves when no node admits it any longer, and what it ends has ended.
 * Announced last: whoever writes an audit record and then looks whether it still may (Run.check) takes the two locks in
 * the same order.
 */
export async function changeEverywhere<T>(
  context: KeysContext,
  actor: Actor,
  work: (tx: Db) => Promise<{ result: T; entry: Entry; change: Change | readonly [Change, ...Change[]] }>,
): Promise<{ result: T; acknowledged: Acknowledgement }> {
  const { nodes, storage } = context;
  const { result, seqs } = await storage.transaction(async (tx) => {
    const { result, entry, change } = await work(tx);
    await record(tx, context, { actor, entry });
    const seqs: number[] = [];
    for (const one of [change].flat()) seqs.push(await nodes.announce(tx, one));
    return { result, seqs };
  });
  const [first = 0] = seqs;
  return { result, acknowledged: await nodes.acknowledge(seqs.at(-1) ?? first, first) };
}
