import { EVERYTHING, worthOf, type Actor, type Caller, type Wanted } from '../access/index.ts';
import { activeOwner, callerOfPerson, ensureAdminOwner, findAdminOwner } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import type { Identity, Memberships, Session } from './identity.ts';
import { subjectOfUser } from './login/session-ends.ts';
import { readMode } from './store/mode-store.ts';
import type { User } from './user.ts';
import { findUser } from './store/user-store.ts';

/** In place of the id of a key: the one administrator of an instance without users. */
export const ADMIN_ID = 'admin';

/** The power of a user who logs in, with its present workspaces. */
export async function worthOfUser(
  db: Db,
  memberships: Memberships,
  { id, role }: Pick<User, 'id' | 'role'>,
): Promise<Wanted> {
  const workspaces = role === 'default' ? await memberships.of(db, id) : [];
  return worthOf({ kind: 'user', role, workspaces });
}

/** @returns undefined: the user, or the owner of its keys, is suspended. */
async function callerOfUser(db: Db, memberships: Memberships, user: User): Promise<Caller | undefined> {
  const owner = user.suspended ? undefined : await activeOwner(db, user.ownerId);
  if (owner === undefined) return undefined;
  const worth = await worthOfUser(db, memberships, user);
  return callerOfPerson({ id: subjectOfUser(user.id), name: user.username, owner, worth });
}

/**
 * A person who may log in now, by the `keyId` of its callers: for what was begun in a session and goes on after it, such as a
 * batch.
 */
export async function callerNow(db: Db, memberships: Memberships, id: string): Promise<Caller | undefined> {
  if (id === ADMIN_ID) return adminNow(db);
  const userId = /^user:(\d+)$/.exec(id)?.[1];
  const user = userId === undefined ? undefined : await findUser(db, Number(userId));
  return user && callerOfUser(db, memberships, user);
}

async function adminNow(db: Db): Promise<Caller | undefined> {
  const { multi_user, password_hash } = await readMode(db);
  const owner = multi_user === 0 && password_hash !== null ? await findAdminOwner(db) : undefined;
  return owner && callerOfPerson({ id: ADMIN_ID, name: ADMIN_ID, owner, worth: EVERYTHING });
}

/** A session that serves routes which ask for scopes. */
export interface ServingSession {
  session: Session;
  /** A key that opened the session; otherwise the person, with the scopes and selectors of the role. */
  caller: Caller;
}

/** @returns undefined: the user was suspended at this moment. */
export async function servingSession(
  { keys, memberships }: Identity,
  session: Session,
): Promise<ServingSession | undefined> {
  const { actor } = session;
  if (actor.kind === 'key') return { session, caller: actor.caller };
  const { db } = keys.storage;
  const caller =
    session.kind === 'user' ? await callerOfUser(db, memberships, session.user) : await admin(keys);
  if (caller === undefined) return undefined;
  return { session: { ...session, actor: { ...actor, caller } as Actor }, caller };
}

async function admin(keys: Identity['keys']): Promise<Caller> {
  const owner = (await findAdminOwner(keys.storage.db)) ?? (await ensureAdminOwner(keys));
  return callerOfPerson({ id: ADMIN_ID, name: ADMIN_ID, owner, worth: EVERYTHING });
}
