import { Type } from 'typebox';
import type { Invite, User as StoredUser } from '../../identity/index.ts';
import { nullable, Time } from '../../http/index.ts';
import { shaped, timesOf } from '../schemas.ts';

export const User = Type.Object(
  {
    id: Type.Integer(),
    username: Type.String(),
    pfpFilename: nullable(Type.String()),
    role: Type.String(),
    suspended: Type.Integer({ description: '0 or 1' }),
    seen_recovery_codes: Type.Boolean(),
    createdAt: Time,
    lastUpdatedAt: Time,
    dailyMessageLimit: nullable(Type.Integer()),
    bio: nullable(Type.String()),
  },
  { title: 'User' },
);

export const viewUser = (user: StoredUser) =>
  shaped(User, {
    ...user,
    ...timesOf(user),
    suspended: user.suspended ? 1 : 0,
    seen_recovery_codes: user.seenRecoveryCodes,
  });

/** A user in short; the id alone where the user was deleted. */
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

export const viewInvite = (invite: Invite) =>
  shaped(InviteShape, {
    ...invite,
    ...timesOf(invite),
    workspaceIds: JSON.stringify(invite.workspaceIds),
  });

export function viewListedInvite(invite: Invite, users: ReadonlyMap<number, StoredUser>) {
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
