export { administratorsOf } from './administrators.ts';
export { Identity, type Memberships, type Session } from './identity.ts';
export {
  acceptInvite,
  createInvite,
  disableInvite,
  findInvite,
  getInvite,
  INVITES_LIST_MAX,
  listInvites,
} from './invites.ts';
export type { Invite } from './invites.ts';
export {
  loginAdmin,
  loginAdminWithKey,
  loginUser,
  type LoginRefusal,
  type UserLogin,
} from './login/login.ts';
export { identityMigrations } from './migrations.ts';
export { identityModule } from './module.ts';
export { holdSession, mintForSession } from './minting.ts';
export { enableMultiUser, setPassword } from './mode.ts';
export { admission, admitUsers, hasUser, importInvite, importUser, presentUsers } from './import.ts';
export type { ImportedInvite, ImportedUser } from './import.ts';
export { isBcryptHash } from './login/password.ts';
export { servingSession } from './person.ts';
export { refuseTakeover } from './power.ts';
export { recoverAccount, resetPassword } from './login/recovery.ts';
export { beginSignIn, endSignIn } from './oidc/callback.ts';
export type { OidcProvider } from './oidc/provider.ts';
export { SignInFailure, type SignInFailureCode } from './oidc/sign-in-failure.ts';
export { CALLBACK_PATH, returnPath, TRANSACTION_MS } from './oidc/transaction.ts';
export { beginSessionOf, FreshSession, signOut, SUBJECT_OF_MEMBERS, type Device } from './login/sessions.ts';
export { subjectOfUser } from './login/session-ends.ts';
export { changeOwnAccount } from './own-account.ts';
export { changeOwnPassword, renewRecoveryCodes } from './own-password.ts';
export {
  endOtherSessions,
  endSessionById,
  listSessions,
  SESSIONS_LIST_MAX,
  type ListedSession,
} from './own-sessions.ts';
export { issueLoginToken, loginWithToken } from './login/sso.ts';
export { usersById } from './store/user-store.ts';
export { USER_ROLES, type User, type UserInput, type UserRole } from './user.ts';
export { createUser, deleteUser, updateUser } from './users.ts';
