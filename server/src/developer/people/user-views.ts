import { Type } from 'typebox';
import { isoTime } from '../../base/clock.ts';
import type { Invite, User } from '../../identity/index.ts';
import { nullable, Time } from '../../http/index.ts';

/** A user as clients of the Developer API know it; members in their order. */
export const viewUser = (user: User) => ({
  id: user.id,
  username: user.username,
  pfpFilename: user.pfpFilename,
  role: user.role,
  suspended: user.suspended ? 1 : 0,
  seen_recovery_codes: user.seenRecoveryCodes,
  createdAt: isoTime(user.createdAt),
  lastUpdatedAt: isoTime(user.updatedAt),
  dailyMessageLimit: user.dailyMessageLimit,
  bio: user.bio,
});

/** A user in short; the bare id where it is gone. */
const Person = nullable(
  Type.Union([Type.Integer(), Type.Object({ id: Type.Integer(), username: Type.String() })]),
);

const inviteProperties = {
  id: Type.Integer(),
  code: Type.String(),
  status: Type.String({ description: 'pending, claimed or disabled' }),
  claimedBy: nullable(Type.Integer()),
  workspaceIds: Type.String({ description: 'JSON: ids of workspaces' }),
  createdAt: Time,
  createdBy: Type.Integer({ description: 'Id of a user; 0: a key' }),
  lastUpdatedAt: Time,
};
export const InviteShape = Type.Object(inviteProperties, { title: 'Invite' });
export const ListedInvite = Type.Object(
  { ...inviteProperties, claimedBy: Person, createdBy: Person },
  { title: 'ListedInvite' },
);

export const viewInvite = (invite: Invite) => ({
  id: invite.id,
  code: invite.code,
  status: invite.status,
  claimedBy: invite.claimedBy,
  workspaceIds: JSON.stringify(invite.workspaceIds),
  createdAt: isoTime(invite.createdAt),
  createdBy: invite.createdBy,
  lastUpdatedAt: isoTime(invite.updatedAt),
});

/** The same with users in place of their ids. */
export function viewListedInvite(invite: Invite, users: ReadonlyMap<number, User>) {
  const person = (id: number | null) => {
    const user = id === null ? undefined : users.get(id);
    return user === undefined ? id : { id: user.id, username: user.username };
  };
  return {
    ...viewInvite(invite),
    claimedBy: person(invite.claimedBy),
    createdBy: person(invite.createdBy),
  };
}
