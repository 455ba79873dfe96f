import type { Db } from '../storage/index.ts';
import type { Actor } from '../access/index.ts';
import type { KeysContext } from './context.ts';
import { hasKeys } from './store/key-store.ts';
import { mintIn, type Minted } from './mint.ts';
import { ADMIN_NAME, type Owner } from './owner.ts';
import { lockOwner } from './store/owner-store.ts';
import { ensureOwner, type OwnerInput } from './owners.ts';
import { isFree } from './power/taking-away.ts';

export const ADMIN_OWNER: OwnerInput = { name: ADMIN_NAME, kind: 'person' };
const OPERATOR: Actor = { kind: 'cli' };

/** An admin key made on the machine itself, also when the last one is lost. */
export function mintLocally(context: KeysContext, name: string): Promise<Minted> {
  return context.storage.transaction(async (tx) =>
    mintAdmin(tx, context, { name, owner: await freeOwner(tx, context) }),
  );
}

/**
 * The first of the owners `admin`, `admin 2`, `admin 3` … that is active and has neither limits nor budgets, which could
 * keep the new key from working. Guarded by last-way-in.test.ts.
 */
async function freeOwner(tx: Db, { clock }: KeysContext): Promise<Owner> {
  for (let number = 1; ; number++) {
    const name = number === 1 ? ADMIN_NAME : `${ADMIN_NAME} ${number}`;
    const owner = await ensureOwner(tx, { ...ADMIN_OWNER, name }, clock.nowMs());
    if (owner.state === 'active' && isFree({ owner })) return owner;
  }
}

/** The first admin key of a new database; null where there is a key already. */
export async function mintFirstKey(context: KeysContext): Promise<Minted | null> {
  const { storage } = context;
  if (await hasKeys(storage.db)) return null;
  return storage.transaction(async (tx) => {
    const owner = await ensureOwner(tx, ADMIN_OWNER, context.clock.nowMs());
    // Two processes that start together wait for each other here.
    await lockOwner(tx, owner.id);
    return (await hasKeys(tx)) ? null : mintAdmin(tx, context, { name: 'first admin key', owner });
  });
}

/** The owner `admin`: of what the operator makes, and of sessions while there are no users. */
export function ensureAdminOwner({ storage, clock }: KeysContext): Promise<Owner> {
  return storage.transaction((tx) => ensureOwner(tx, ADMIN_OWNER, clock.nowMs()));
}

async function mintAdmin(
  tx: Db,
  context: KeysContext,
  { name, owner }: { name: string; owner: Owner },
): Promise<Minted> {
  const input = { name, owner: owner.id, role: 'admin' } as const;
  const { result, entry } = await mintIn(tx, context, { actor: OPERATOR, input });
  await context.audit.record(tx, OPERATOR, entry);
  return result;
}
