import { callerIn, type Actor, type Budget, type Limit } from '../access/index.ts';
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

/** Undefined where another owner has the name. */
export async function addOwner(tx: Db, input: OwnerInput, nowMs: number): Promise<Owner | undefined> {
  const { name, kind } = input;
  const id = newId('own');
  const owner: Owner = {
    id,
    name,
    kind,
    state: 'active',
    limits: checkLimits(input.limits),
    budgets: checkBudgets(input.budgets),
    account: (await store.freeAccount(tx, name)) ?? id,
    createdAt: nowMs,
    revision: 1,
  };
  return (await store.insertOwner(tx, owner)) ? owner : undefined;
}

/** The owner of this name, which is made where it is missing. */
export async function ensureOwner(tx: Db, input: OwnerInput, nowMs: number): Promise<Owner> {
  const find = () => store.findOwnerByName(tx, input.name);
  const owner = (await find()) ?? (await addOwner(tx, input, nowMs)) ?? (await find());
  // An owner that another transaction made meanwhile is committed: the insertion has waited for it.
  if (owner === undefined) throw nameTaken();
  return owner;
}

const nameTaken = (): KeywardError =>
  invalidField(
    'name',
    'must be unique: another owner has this name',
    'Use that owner, or choose another name. GET /v1/owners lists all.',
  );

/** Of two renames at the same moment the index refuses one. */
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
  input: { limit?: number | undefined; cursor?: string | undefined; q?: string | undefined },
): Promise<Page<Owner>> {
  const limit = input.limit ?? 50;
  const found = await store.listOwners(context.storage.db, {
    after: readPlace(input.cursor),
    limit: limit + 1,
    q: input.q,
    onlyId: managesOwners(actor) ? undefined : callerIn(actor)?.ownerId,
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
  /** Confirms a change after which nobody can do everything without limits and budgets. */
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
    // Locked before it is read: a change at the same moment, such as a suspension, must not be undone.
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
  // A name that is in use tells that another owner exists. Guarded by foreign-things.test.ts.
  if (!managesOwners(actor))
    throw new KeywardError(
      'forbidden_resource',
      'The key is bound to workspaces, and names of owners are unique across all of them.',
      { hint: 'Use a key without a workspace selector.' },
    );
}

/**
 * Sessions without users and keys that are made on the machine find this owner by its name. Renamed or deleted, its
 * budgets would hold for neither. Guarded by gifts.test.ts.
 * @throws KeywardError `conflict`
 */
function refuseAdminOwner({ name }: Owner): void {
  if (name !== ADMIN_NAME) return;
  throw new KeywardError(
    'conflict',
    `Sessions belong to the owner "${ADMIN_NAME}" while there are no users: it cannot be renamed or deleted.`,
    { hint: 'Suspend the owner, or revoke its keys.' },
  );
}

/** Ends all keys of the owner, for good. */
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

/** The key of the request would end with its owner, or with the owner of an ancestor. */
function refuseOwn(actor: Actor, id: string): void {
  const caller = callerIn(actor);
  if (caller === undefined) return;
  if (![caller, ...caller.ancestors].some(({ ownerId }) => ownerId === id)) return;
  throw new KeywardError('conflict', 'This is the owner of the key that you are using.', {
    hint: 'Use a key of another owner.',
  });
}

/** In a transaction of the caller, who announces the change. A deleted owner stays deleted. */
export async function setOwnerState(tx: Db, id: string, state: OwnerState): Promise<void> {
  const owner = await store.lockOwner(tx, id);
  if (owner !== undefined && owner.state !== 'deleted') await store.updateOwner(tx, id, { state });
}
