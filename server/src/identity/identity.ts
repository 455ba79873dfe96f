import type { Actor } from '../access/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import { authenticate } from './login/authentication.ts';
import { readMode } from './store/mode-store.ts';
import type { Mode } from './mode.ts';
import { Throttle } from './login/throttle.ts';
import type { User } from './user.ts';
import { findByOwner, findUser, listUsers, usersById } from './store/user-store.ts';

/** Somebody who is logged in. */
export type Session = {
  id: string;
  /** As whom changes are made and recorded. */
  actor: Actor;
} & (
  | {
      /** The one administrator of an instance without users. */
      kind: 'admin';
      /** Of the key that it was opened with, where it was. */
      secretId?: string;
    }
  | { kind: 'user'; user: User }
);

/** Which workspaces users are members of; the module `workspaces`, to the right of this one, brings it (app.ts). */
export interface Memberships {
  /** The slugs of those that a user is a member of. */
  of(db: Db, userId: number): Promise<string[]>;
  /** The slugs of those of these ids that are there. */
  named(db: Db, ids: readonly number[]): Promise<string[]>;
  /** In the transaction in which somebody accepts an invite. Workspaces that are gone are passed over. */
  join(tx: Db, joining: { userId: number; workspaceIds: readonly number[]; at: number }): Promise<void>;
  /** In the transaction in which a user is deleted: memberships, threads and chats of that user end. */
  forget(tx: Db, userId: number): Promise<void>;
}

/** Everything the verbs of this domain work with, and what the modules to its right ask it. */
export interface Identity {
  readonly keys: KeysContext;
  readonly memberships: Memberships;
  readonly throttle: Throttle;
  /**
   * `setup`: neither password nor users: only somebody with an admin key gets in. `password`: one administrator.
   * `multi-user`: users with roles, for good.
   */
  mode(): Promise<Mode>;
  isMultiUser(): Promise<boolean>;
  getUser(id: number): Promise<User | undefined>;
  /** All of them, in the order of their ids. */
  listUsers(): Promise<User[]>;
  /** Those of these ids that are there. */
  usersById(ids: readonly number[]): Promise<Map<number, User>>;
  /** The user whose keys these are. */
  userOfOwner(ownerId: string): Promise<User | undefined>;
  /** @throws KeywardError `invalid_session` with the words that clients know. */
  authenticate(authorization: string | undefined, ip: string): Promise<Session>;
}

export function openIdentity({ keys, memberships }: Pick<Identity, 'keys' | 'memberships'>): Identity {
  const { db } = keys.storage;
  const identity: Identity = {
    keys,
    memberships,
    throttle: new Throttle(keys),
    mode: async () => {
      const { multi_user, password_hash } = await readMode(db);
      if (multi_user !== 0) return 'multi-user';
      return password_hash === null ? 'setup' : 'password';
    },
    isMultiUser: async () => (await readMode(db)).multi_user !== 0,
    getUser: (id) => findUser(db, id),
    listUsers: () => listUsers(db),
    usersById: (ids) => usersById(db, ids),
    userOfOwner: (ownerId) => findByOwner(db, ownerId),
    authenticate: (authorization, ip) => authenticate(identity, authorization, ip),
  };
  return identity;
}
