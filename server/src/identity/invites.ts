import { hash } from 'node:crypto';
import { excesses, worthOf, type Actor } from '../access/index.ts';
import { actorId, holdingsOf } from '../keys/index.ts';
import { nextId, type Db } from '../storage/index.ts';
import { newCode } from './login/codes.ts';
import { placeOf } from './login/hash-queue.ts';
import type { Identity } from './identity.ts';
import * as store from './store/invite-store.ts';
import { makerNow, type Maker } from './makers.ts';
import { addUser, newUser } from './new-user.ts';
import { refuseNewUser, refuseStrongerInvite } from './power.ts';
import type { InviteRow, InviteStatus } from './store/rows.ts';
import type { User } from './user.ts';

/** A code with which one person makes a user of the role default. Times in ms since 1970. */
export interface Invite {
  id: number;
  code: string;
  /** One that is pending ends with its maker: it is `disabled` then. */
  status: InviteStatus;
  claimedBy: number | null;
  workspaceIds: number[];
  /** Id of a user; 0: a key. */
  createdBy: number;
  /** As `actorId` says it; null: not known. */
  madeBy: string | null;
  createdAt: number;
  updatedAt: number;
}

/** The list of the Developer API has no pages: the newest. */
const LISTED_MAX = 1_000;
/** An audit record has room for so many. */
const WORKSPACES_MAX = 500;

/** What the sealed code of an invite is bound to: a stolen database lets nobody in. */
export const inviteContext = (id: number): string => `invite ${id}`;

const digestsOf = ({ keys }: Identity, code: string): Uint8Array[] =>
  keys.sealing.digestsOfSha256(hash('sha256', code, 'buffer')).map(({ digest }) => digest);

const fromRow = ({ keys }: Identity, row: InviteRow): Invite => ({
  id: row.id,
  code: keys.sealing.open(row.code_sealed, inviteContext(row.id)),
  status: row.status,
  claimedBy: row.claimed_by,
  workspaceIds: JSON.parse(row.workspace_ids) as number[],
  createdBy: row.created_by,
  madeBy: row.made_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @throws KeywardError `scope_escalation` where the maker does not hold what the invited user will. */
export function createInvite(
  identity: Identity,
  actor: Actor,
  { workspaceIds: wanted }: { workspaceIds: readonly number[] },
): Promise<Invite> {
  const { keys } = identity;
  const workspaceIds = wanted.slice(0, WORKSPACES_MAX);
  return keys.audit.change(actor, async (tx) => {
    const workspaces = await identity.memberships.named(tx, workspaceIds);
    refuseNewUser(actor, { role: 'default', workspaces });
    const id = await nextId(tx, 'invites');
    const code = newCode();
    const nowMs = keys.clock.nowMs();
    const row: InviteRow = {
      id,
      code_digest: keys.sealing.digest(code).digest,
      code_sealed: keys.sealing.seal(code, inviteContext(id)),
      status: 'pending',
      claimed_by: null,
      workspace_ids: JSON.stringify(workspaceIds),
      created_by: actor.kind === 'user' ? actor.id : 0,
      made_by: actorId(actor),
      created_at: nowMs,
      updated_at: nowMs,
    };
    await store.insertInvite(tx, row);
    const entry = { action: 'invites.create', target: `invite:${id}` };
    return { result: fromRow(identity, row), entry: { ...entry, details: { workspaces: workspaceIds } } };
  });
}

/** Who made an invite, where they could still make it; undefined: it has ended. */
async function makerOf(db: Db, identity: Identity, invite: Invite): Promise<Maker | undefined> {
  const maker = await makerNow(db, identity, invite.madeBy);
  return maker !== undefined && (await isHeldBy(db, identity, { actor: maker.actor, invite }))
    ? maker
    : undefined;
}

/** Whether somebody holds what the invited user will. */
async function isHeldBy(
  db: Db,
  { memberships }: Identity,
  { actor, invite }: { actor: Actor; invite: Invite },
): Promise<boolean> {
  const workspaces = await memberships.named(db, invite.workspaceIds);
  const wanted = worthOf({ kind: 'user', role: 'default', workspaces });
  return excesses(holdingsOf(actor, wanted), wanted).length === 0;
}

/** As it stands with its maker. */
async function standing(db: Db, identity: Identity, invite: Invite): Promise<Invite> {
  if (invite.status !== 'pending' || (await makerOf(db, identity, invite)) !== undefined) return invite;
  return { ...invite, status: 'disabled' };
}

/** What stands in place of a code that would give more than who asks holds. */
const HIDDEN_CODE = '*******-*******-*******-*******';

/** A pending one is a way in: its code is shown to those alone who could have made it. */
export async function listInvites(identity: Identity, actor: Actor): Promise<Invite[]> {
  const { db } = identity.keys.storage;
  const shown: Invite[] = [];
  for (const row of await store.listInvites(db, LISTED_MAX)) {
    const invite = fromRow(identity, row);
    const isOpen = invite.status !== 'pending' || (await isHeldBy(db, identity, { actor, invite }));
    shown.push(await standing(db, identity, isOpen ? invite : { ...invite, code: HIDDEN_CODE }));
  }
  return shown;
}

/** @returns false where there is none, or it was disabled before. @throws KeywardError `scope_escalation` */
export function disableInvite(identity: Identity, actor: Actor, id: number): Promise<boolean> {
  const { keys } = identity;
  return keys.audit.change(actor, async (tx) => {
    const row = await store.getInvite(tx, id);
    if (row === undefined) return { result: false };
    const { workspaceIds } = fromRow(identity, row);
    refuseStrongerInvite(actor, await identity.memberships.named(tx, workspaceIds));
    if (!(await store.disableInvite(tx, id, keys.clock.nowMs()))) return { result: false };
    return { result: true, entry: { action: 'invites.disable', target: `invite:${id}` } };
  });
}

export async function getInvite(identity: Identity, id: number): Promise<Invite | undefined> {
  const row = await store.getInvite(identity.keys.storage.db, id);
  return row && fromRow(identity, row);
}

export async function findInvite(identity: Identity, code: string): Promise<Invite | undefined> {
  const { db } = identity.keys.storage;
  const row = await store.findInvite(db, digestsOf(identity, code));
  return row && standing(db, identity, fromRow(identity, row));
}

interface Acceptance {
  code: string;
  username: unknown;
  password: unknown;
  ip: string;
  /** Told for whom the invite is good: what takes them away meanwhile ends the request. */
  runsFor?: (subjects: readonly string[]) => void;
}

/**
 * Makes the user that the invite was for, as a member of its workspaces.
 * @returns undefined where the invite is none, or used up. @throws KeywardError `invalid_input`; it stays good then.
 */
export async function acceptInvite(
  identity: Identity,
  { code, username, password, ip, runsFor = () => undefined }: Acceptance,
): Promise<User | undefined> {
  const { keys } = identity;
  const invite = await findInvite(identity, code);
  if (invite?.status !== 'pending' || !(await identity.isMultiUser())) return undefined;
  runsFor((await makerOf(keys.storage.db, identity, invite))?.subjects ?? []);
  const fresh = await newUser({ username, password }, placeOf(ip));
  return keys.storage.transaction(async (tx) => {
    if ((await makerOf(tx, identity, invite)) === undefined) return undefined;
    if (!(await store.claimInvite(tx, invite.id, keys.clock.nowMs()))) return undefined;
    const user = await addUser(tx, identity, fresh);
    await store.setClaimedBy(tx, invite.id, user.id);
    const { workspaceIds } = invite;
    await identity.memberships.join(tx, { userId: user.id, workspaceIds, at: user.createdAt });
    const details = { user: user.id, username: user.username, workspaces: workspaceIds };
    const entry = {
      action: 'invites.accept',
      target: `invite:${invite.id}`,
      details,
    };
    await keys.audit.record(tx, { kind: 'user', id: user.id, name: user.username }, entry);
    return user;
  });
}
