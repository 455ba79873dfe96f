import type { Actor, Budget, Limit } from '../access/index.ts';
import { invalidField, KeywardError } from '../base/errors.ts';
import { newId } from '../base/ids.ts';
import { pageOf, readPlace, type Page } from '../base/page.ts';
import type { Acknowledgement } from '../nodes/index.ts';
import type { Db } from '../storage/index.ts';
import { managesOwners, mayTouchOwner, noSuch, type KeysContext } from './context.ts';
import { boundsOnly, refuseLooserOwner, takesAway } from './power/gain.ts';
import { checkBudgets, checkLimits, checkName } from './key-rules.ts';
import { ADMIN_NAME, type Owner, type OwnerKind, type OwnerState } from './owner.ts';
import * as store from './store/owner-store.ts';
import { refuseLastWayIn, refuseOwnerExcess, refuseStrongerOwner } from './power/taking-away.ts';

export interface OwnerInput {
  name: string;
  kind: OwnerKind;
  /** Of all its keys together. */
  limits?: Limit[] | undefined;
  budgets?: Budget[] | undefined;
}

/** @throws KeywardError `invalid_input`, `forbidden_resource` for a key that is bound to workspaces. */
export function createOwner(context: KeysContext, actor: Actor, input: OwnerInput): Promise<Owner> {
  if (!managesOwners(actor))
    throw new KeywardError('forbidden_resource', 'The key is bound to workspaces, and an owner is not.');
  return context.audit.change(actor, async (tx) => {
    const owner = await insert(tx, input, context.clock.nowMs());
    await context.budgets.carryOver(tx, owner.account, [], owner.budgets);
    return {
      result: owner,
      entry: { action: 'owners.create', target: owner.id, details: { ...input } },
    };
  });
}

async function insert(tx: Db, input: OwnerInput, nowMs: number): Promise<Owner> {
  checkName(input.name);
  const owner = await addOwner(tx, input, nowMs);
  if (owner === undefined) throw nameTaken();
  return owner;
}

/** A new owner in a transaction of the caller's; undefined where another one has the name. */
export async function addOwner(tx: Db, input: OwnerInput, nowMs: number): Promise<Owner | undefined> {
  const { name, kind } = input;
  const [limits, budgets] = [checkLimits(input.limits), checkBudgets(input.budgets)];
  const id = newId('own');
  const account = (await store.freeAccount(tx, name)) ?? id;
  const made = { id, account, createdAt: nowMs, revision: 1 };
  const owner: Owner = { ...made, name, kind, state: 'active', limits, budgets };
  return (await store.insertOwner(tx, owner)) ? owner : undefined;
}

/** The owner of this name, made where there is none. For imports and the first start. */
export async function ensureOwner(tx: Db, input: OwnerInput, nowMs: number): Promise<Owner> {
  const find = () => store.findOwnerByName(tx, input.name);
  const owner = (await find()) ?? (await addOwner(tx, input, nowMs)) ?? (await find());
  // Where somebody else made it since, it is committed, or the insertion would still wait.
  if (owner === undefined) throw nameTaken();
  return owner;
}

const nameTaken = (): KeywardError => invalidField('name', 'must be unique: another owner has this name');

/** Two renames at the same moment meet only in the index. */
function isNameTaken(error: unknown): boolean {
  return error instanceof Error && /unique/i.test(error.message) && /owners[._]name/.test(error.message);
}

export async function getOwner(context: KeysContext, actor: Actor, id: string): Promise<Owner> {
  return visible(actor, await store.findOwner(context.storage.db, id));
}

function visible(actor: Actor, owner: Owner | undefined): Owner {
  if (owner === undefined || owner.state === 'deleted' || !mayTouchOwner(actor, owner.id))
    throw noSuch('owner');
  return owner;
}

export async function listOwners(
  context: KeysContext,
  actor: Actor,
  input: { limit?: number | undefined; cursor?: string | undefined },
): Promise<Page<Owner>> {
  const limit = input.limit ?? 50;
  const seesAll = managesOwners(actor);
  const found = await store.listOwners(context.storage.db, {
    after: readPlace(input.cursor),
    limit: limit + 1,
    onlyId: seesAll || actor.kind !== 'key' ? undefined : actor.caller.ownerId,
  });
  return pageOf(found, limit, ({ createdAt, id }) => [createdAt, id]);
}

export interface OwnerChange {
  name?: string | undefined;
  kind?: OwnerKind | undefined;
  /** `suspended` ends all its keys at once, until it is `active` again. */
  state?: 'active' | 'suspended' | undefined;
  limits?: Limit[] | undefined;
  budgets?: Budget[] | undefined;
  /** Also where nobody else is left who can do everything without limits and budgets. */
  last_admin?: boolean | undefined;
}

export function updateOwner(
  context: KeysContext,
  actor: Actor,
  { id, input }: { id: string; input: OwnerChange },
): Promise<{ result: Owner; acknowledged: Acknowledgement }> {
  const { last_admin: isMeant, ...wanted } = input;
  return context.audit.changeEverywhere(actor, async (tx) => {
    const isEnding = wanted.state === 'suspended';
    const isBounding = (wanted.limits ?? wanted.budgets) !== undefined;
    if (isEnding || isBounding) await context.administrators.lock(tx);
    // Locked before it is read: what somebody else changes meanwhile, such as a suspension, must not be undone.
    const before = visible(actor, await store.lockOwner(tx, id));
    if (isEnding) await refuseEnding(tx, context, { actor, ownerId: id });
    else if (wanted.state === 'active' && before.state !== 'active')
      await refuseOwnerExcess(tx, context, { actor, ownerId: id });
    const changed = merged(actor, before, wanted);
    refuseLooserOwner(actor, before, changed);
    if (takesAway(boundsOnly(before), boundsOnly(changed))) {
      await refuseStrongerOwner(tx, context, { actor, ownerId: id });
      await refuseLastWayIn(tx, context, { actor, ownerId: id, isMeant });
    }
    const { budgets } = changed;
    if (wanted.budgets !== undefined)
      await context.budgets.carryOver(tx, before.account, before.budgets, budgets);
    await store.updateOwner(tx, id, changed).catch((error: unknown) => {
      throw isNameTaken(error) ? nameTaken() : error;
    });
    return {
      result: visible(actor, await store.findOwner(tx, id)),
      entry: { action: 'owners.update', target: id, details: { ...wanted } },
      change: { kind: 'owner', subject: id, ends: isEnding },
    };
  });
}

function merged(actor: Actor, before: Owner, input: OwnerChange) {
  const { name = before.name, kind = before.kind, state = before.state } = input;
  if (name !== before.name) refuseRename(actor, before, name);
  const limits = input.limits === undefined ? before.limits : checkLimits(input.limits);
  const budgets = input.budgets === undefined ? before.budgets : checkBudgets(input.budgets);
  return { name, kind, state, limits, budgets };
}

function refuseRename(actor: Actor, before: Owner, name: string): void {
  checkName(name);
  refuseAdminOwner(before);
  // That a name is taken tells who else there is. Guarded by foreign-things.test.ts.
  if (!managesOwners(actor))
    throw new KeywardError(
      'forbidden_resource',
      'The key is bound to workspaces, and names of owners are unique across all of them.',
      { hint: 'Use a key without a workspace selector.' },
    );
}

/**
 * By its name it is found for whoever is logged in where there are no users, and for keys that are made on the machine. Under
 * another name, or gone, its budgets would hold for neither. Guarded by gifts.test.ts.
 * @throws KeywardError `conflict`
 */
function refuseAdminOwner({ name }: Owner): void {
  if (name !== ADMIN_NAME) return;
  throw new KeywardError(
    'conflict',
    `The owner "${ADMIN_NAME}" is logged in where there are no users. It cannot be renamed or deleted.`,
    { hint: 'Suspend the owner, or revoke its keys.' },
  );
}

/** Ends all its keys at once, for good. */
export function deleteOwner(
  context: KeysContext,
  actor: Actor,
  id: string,
): Promise<{ result: undefined; acknowledged: Acknowledgement }> {
  return context.audit.changeEverywhere(actor, async (tx) => {
    await context.administrators.lock(tx);
    const owner = visible(actor, await store.lockOwner(tx, id));
    await refuseEnding(tx, context, { actor, ownerId: id });
    refuseAdminOwner(owner);
    await store.updateOwner(tx, id, { state: 'deleted' });
    return {
      result: undefined,
      entry: { action: 'owners.delete', target: id, details: { name: owner.name } },
      change: { kind: 'owner', subject: id, ends: true },
    };
  });
}

/** @throws KeywardError `conflict`, `scope_escalation`, `last_admin` */
async function refuseEnding(
  tx: Db,
  context: KeysContext,
  ending: { actor: Actor; ownerId: string },
): Promise<void> {
  refuseOwn(ending.actor, ending.ownerId);
  await refuseStrongerOwner(tx, context, ending);
  await refuseLastWayIn(tx, context, ending);
}

/** Nobody saws off the branch they sit on: the key that asked would end with its owner, or with that of a key above it. */
function refuseOwn(actor: Actor, id: string): void {
  if (actor.kind !== 'key') return;
  const { caller } = actor;
  if (![caller, ...caller.ancestors].some(({ ownerId }) => ownerId === id)) return;
  throw new KeywardError('conflict', 'This is the owner of the key that you are using.', {
    hint: 'Use a key of another owner.',
  });
}

/** Suspends, reactivates or ends an owner in a transaction of the caller's, who announces it. A deleted one stays so. */
export async function setOwnerState(tx: Db, id: string, state: OwnerState): Promise<void> {
  const owner = await store.lockOwner(tx, id);
  if (owner !== undefined && owner.state !== 'deleted') await store.updateOwner(tx, id, { state });
}
