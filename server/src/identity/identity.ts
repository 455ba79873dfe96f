import type { Actor } from '../access/index.ts';
import type { KeysContext } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import { authenticate } from './login/authentication.ts';
import { readMode } from './store/mode-store.ts';
import type { Mode } from './mode.ts';
import { Throttle } from './login/throttle.ts';
import type { User } from './user.ts';
import { findByOwner, findUser, listUsers, usersById } from './store/user-store.ts';

/** A session of a user or of the administrator. */
export type Session = {
  id: string;
  /** The author of its changes. */
  actor: Actor;
  /** ms since 1970. */
  expiresAt: number;
} & (
  | {
      /** The administrator of an instance without users. */
      kind: 'admin';
      /** Of the key that opened the session; undefined: the password did. */
      secretId?: string;
    }
  | { kind: 'user'; user: User }
);

/** The workspaces of users. Injected by app.ts: the module `workspaces` is to the right of this one. */
export interface Memberships {
  /** The slugs of the workspaces of a user. */
  of(db: Db, userId: number): Promise<string[]>;
  /** The slugs of the workspaces with these ids; leaves out those that do not exist. */
  named(db: Db, ids: readonly number[]): Promise<string[]>;
  /** In the transaction that accepts an invite. Ignores deleted workspaces. */
  join(tx: Db, joining: { userId: number; workspaceIds: readonly number[]; at: number }): Promise<void>;
  /** In the transaction that deletes a user. Deletes its memberships, threads and chats. */
  forget(tx: Db, userId: number): Promise<void>;
}

/** The interface of this domain for the modules to its right. */
export class Identity {
  readonly keys: KeysContext;
  readonly memberships: Memberships;
  readonly throttle: Throttle;

  constructor({ keys, memberships }: { keys: KeysContext; memberships: Memberships }) {
    this.keys = keys;
    this.memberships = memberships;
    this.throttle = new Throttle(keys);
  }

  async mode(): Promise<Mode> {
    const { multi_user, password_hash } = await readMode(this.keys.storage.db);
    if (multi_user !== 0) return 'multi-user';
    return password_hash === null ? 'setup' : 'password';
  }

  async isMultiUser(): Promise<boolean> {
    return (await this.mode()) === 'multi-user';
  }

  getUser(id: number): Promise<User | undefined> {
    return findUser(this.keys.storage.db, id);
  }

  /** All users, by id. */
  listUsers(): Promise<User[]> {
    return listUsers(this.keys.storage.db);
  }

  /** Leaves out users that do not exist. */
  usersById(ids: readonly number[]): Promise<Map<number, User>> {
    return usersById(this.keys.storage.db, ids);
  }

  userOfOwner(ownerId: string): Promise<User | undefined> {
    return findByOwner(this.keys.storage.db, ownerId);
  }

  /** @throws KeywardError `invalid_session`, with the texts that clients know. */
  authenticate(authorization: string | undefined, ip: string): Promise<Session> {
    return authenticate(this, authorization, ip);
  }
}
