import { excesses, worthOf, type Actor } from '../access/index.ts';
import { actorId, holdingsOf } from '../keys/index.ts';
import { nextId, type Db } from '../storage/index.ts';
import { digestsOf, newCode } from './login/codes.ts';
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
  /** A pending invite becomes `disabled` with the end of its maker. */
  status: InviteStatus;
  claimedBy: number | null;
  workspaceIds: number[];
  /** Id of a user; 0: a key. */
  createdBy: number;
  /** In the form of `actorId`; null: unknown. */
  madeBy: string | null;
  createdAt: number;
  updatedAt: number;
}

/** The list of the Developer API has no pages: it shows the newest invites. */
export const INVITES_LIST_MAX = 1_000;
/** Bounds the audit record. */
const WORKSPACES_MAX = 500;

/** Context of the sealed code: the code in a stolen database is useless. */
const contextOf = (id: number): string => `invite ${id}`;

const fromRow = ({ keys }: Identity, row: InviteRow): Invite => ({
  id: row.id,
  code: keys.sealing.open(row.code_sealed, contextOf(row.id)),
  status: row.status,
  claimedBy: row.claimed_by,
  workspaceIds: JSON.parse(row.workspace_ids) as number[],
  createdBy: row.created_by,
  madeBy: row.made_by,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** Stores an invite, with its code sealed. */
export const insertInvite = (tx: Db, { keys }: Identity, invite: Invite): Promise<void> =>
  store.insertInvite(tx, {
    id: invite.id,
    code_digest: keys.sealing.digest(invite.code).digest,
    code_sealed: keys.sealing.seal(invite.code, contextOf(invite.id)),
    status: invite.status,
    claimed_by: invite.claimedBy,
    workspace_ids: JSON.stringify(invite.workspaceIds),
    created_by: invite.createdBy,
    made_by: invite.madeBy,
    created_at: invite.createdAt,
    updated_at: invite.updatedAt,
  });

/** @throws KeywardError `scope_escalation` if the maker does not hold the power of the invited user. */
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
    const nowMs = keys.clock.nowMs();
    const invite: Invite = {
      id: await nextId(tx, 'invites'),
      code: newCode(),
      status: 'pending',
      claimedBy: null,
      workspaceIds,
      createdBy: actor.kind === 'user' ? actor.id : 0,
      madeBy: actorId(actor),
      createdAt: nowMs,
      updatedAt: nowMs,
    };
    await insertInvite(tx, identity, invite);
    const details = { workspaces: workspaceIds };
    return { result: invite, entry: { action: 'invites.create', target: `invite:${invite.id}`, details } };
  });
}

/** The maker of an invite; undefined: the maker could not make it now, so the invite has ended. */
async function makerOf(db: Db, identity: Identity, invite: Invite): Promise<Maker | undefined> {
  const maker = await makerNow(db, identity, invite.madeBy);
  return maker !== undefined && (await isHeldBy(db, identity, { actor: maker.actor, invite }))
    ? maker
    : undefined;
}

/** Whether the actor holds the power of the invited user. */
async function isHeldBy(
  db: Db,
  { memberships }: Identity,
  { actor, invite }: { actor: Actor; invite: Invite },
): Promise<boolean> {
  const workspaces = await memberships.named(db, invite.workspaceIds);
  const wanted = worthOf({ kind: 'user', role: 'default', workspaces });
  return excesses(holdingsOf(actor, wanted), wanted).length === 0;
}

/** The invite; `disabled` once its maker has ended. */
async function currentOf(db: Db, identity: Identity, invite: Invite): Promise<Invite> {
  if (invite.status !== 'pending' || (await makerOf(db, identity, invite)) !== undefined) return invite;
  return { ...invite, status: 'disabled' };
}

/** Shown in place of a code that would give the reader more power. */
const HIDDEN_CODE = '*******-*******-*******-*******';

/**
 * The newest, in the order of their making. A pending invite lets somebody in: only an actor who could make it sees its code.
 * @returns hasMore: there are older ones.
 */
export async function listInvites(
  identity: Identity,
  actor: Actor,
): Promise<{ invites: Invite[]; hasMore: boolean }> {
  const { db } = identity.keys.storage;
  const rows = await store.listInvites(db, INVITES_LIST_MAX + 1);
  const shown: Invite[] = [];
  for (const row of rows.slice(-INVITES_LIST_MAX)) {
    const invite = fromRow(identity, row);
    const isOpen = invite.status !== 'pending' || (await isHeldBy(db, identity, { actor, invite }));
    shown.push(await currentOf(db, identity, isOpen ? invite : { ...invite, code: HIDDEN_CODE }));
  }
  return { invites: shown, hasMore: rows.length > INVITES_LIST_MAX };
}

/** @returns false if there is no such invite, or it was disabled before. @throws KeywardError `scope_escalation` */
export function disableInvite(identity: Identity, actor: Actor, id: number): Promise<boolean> {
  const { keys } = identity;
  return keys.audit.change(actor, async (tx) => {
    const row = await store.getInvite(tx, id);
    if (row === undefined) return { result: false };
    const { workspaceIds } = fromRow(identity, row);
    refuseStrongerInvite(actor, await identity.memberships.named(tx, workspaceIds));
    const change = { from: ['pending', 'claimed'], to: 'disabled', nowMs: keys.clock.nowMs() } as const;
    if (!(await store.changeStatus(tx, id, change))) return { result: false };
    return { result: true, entry: { action: 'invites.disable', target: `invite:${id}` } };
  });
}

export async function getInvite(identity: Identity, id: number): Promise<Invite | undefined> {
  const row = await store.getInvite(identity.keys.storage.db, id);
  return row && fromRow(identity, row);
}

export async function findInvite(identity: Identity, code: string): Promise<Invite | undefined> {
  const { db } = identity.keys.storage;
  const row = await store.findInvite(db, digestsOf(identity.keys.sealing, code));
  return row && currentOf(db, identity, fromRow(identity, row));
}

interface Acceptance {
  code: string;
  username: unknown;
  password: unknown;
  ip: string;
  /** Called with the subjects of the maker: the request ends if one of them is taken away. */
  runsFor?: (subjects: readonly string[]) => void;
}

/**
 * Makes the invited user, as a member of the workspaces of the invite.
 * @returns undefined if the invite is invalid or used.
 * @throws KeywardError `invalid_input`; the invite stays valid then.
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
    const change = { from: ['pending'], to: 'claimed', nowMs: keys.clock.nowMs() } as const;
    if (!(await store.changeStatus(tx, invite.id, change))) return undefined;
    const user = await addUser(tx, identity, fresh);
    await store.setClaimedBy(tx, invite.id, user.id);
    const { workspaceIds } = invite;
    await identity.memberships.join(tx, { userId: user.id, workspaceIds, at: user.createdAt });
    const details = { user: user.id, username: user.username, workspaces: workspaceIds };
    const entry = { action: 'invites.accept', target: `invite:${invite.id}`, details };
    await keys.audit.record(tx, { kind: 'user', id: user.id, name: user.username }, entry);
    return user;
  });
}
