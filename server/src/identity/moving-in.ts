import { hash } from 'node:crypto';
import { idLike, type Db } from '../storage/index.ts';
import type { Identity } from './identity.ts';
import { inviteContext, type Invite } from './invites.ts';
import * as invites from './store/invite-store.ts';
import { lockMode, readMode, writeMode } from './store/mode-store.ts';
import { revokeSessionsOf } from './store/session-store.ts';
import { sessionsEnd } from './login/sessions.ts';
import { hasAdmin } from './administrators.ts';
import { findByUsername, usersById } from './store/user-store.ts';

/*
 * For users and invites that were made elsewhere and move in, beside `importUser`. Each is called in a transaction that
 * goes on to note it.
 */

export const hasUser = async (db: Db, username: string): Promise<boolean> =>
  (await findByUsername(db, username)) !== undefined;

/** Those of these numbers that are still a user's. */
export const presentUsers = async (db: Db, ids: readonly number[]): Promise<Set<number>> =>
  new Set((await usersById(db, ids)).keys());

/** Whether users log in by name, and whether one of them could administer. */
export async function admission(db: Db): Promise<{ isOpen: boolean; hasAdmin: boolean }> {
  const isOpen = (await readMode(db)).multi_user !== 0;
  return { isOpen, hasAdmin: await hasAdmin(db, undefined) };
}

/**
 * Lets users in instead of the one password, where one of them can administer. Sessions of before end, with what runs in them,
 * on every node. Guarded by move.test.ts.
 * @returns whether they are let in now.
 */
export async function admitUsers({ keys }: Identity): Promise<boolean> {
  return keys.audit.change({ kind: 'cli' }, async (tx) => {
    if ((await lockMode(tx)).multi_user !== 0) return { result: true };
    if (!(await hasAdmin(tx, undefined))) return { result: false };
    const nowMs = keys.clock.nowMs();
    await writeMode(tx, { multi_user: 1, password_hash: null }, nowMs);
    await revokeSessionsOf(tx, null, nowMs);
    const entry = { action: 'identity.multi_user', target: 'instance', details: { by: 'import' } };
    return { result: true, entry, change: sessionsEnd(null) };
  });
}

export type MovingInvite = Omit<Invite, 'madeBy'>;

/** The code stays good. @returns undefined where there is an invite with it. */
export async function bringInvite(
  tx: Db,
  { keys }: Identity,
  invite: MovingInvite,
): Promise<number | undefined> {
  const { code } = invite;
  const digests = keys.sealing.digestsOfSha256(hash('sha256', code, 'buffer'));
  const known = await invites.findInvite(
    tx,
    digests.map(({ digest }) => digest),
  );
  if (known !== undefined) return undefined;
  const id = await idLike(tx, 'invites', invite.id);
  await invites.insertInvite(tx, {
    id,
    code_digest: keys.sealing.digest(code).digest,
    code_sealed: keys.sealing.seal(code, inviteContext(id)),
    status: invite.status,
    claimed_by: invite.claimedBy,
    workspace_ids: JSON.stringify(invite.workspaceIds),
    created_by: invite.createdBy,
    made_by: invite.createdBy > 0 ? `user:${invite.createdBy}` : null,
    created_at: invite.createdAt,
    updated_at: invite.updatedAt,
  });
  return id;
}
