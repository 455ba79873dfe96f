import { callerOfKey, subjectsOf } from '../keys/index.ts';
import { holdsScope, type Actor } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { boundsOfUser } from './login/authentication.ts';
import type { Identity } from './identity.ts';
import { subjectOfUser } from './login/session-ends.ts';
import { findUser } from './store/user-store.ts';

/** The present state of the maker of an invite or a login token. */
export interface Maker {
  actor: Actor;
  /** A change that takes one of these away ends the requests that use the invite or token. */
  subjects: readonly string[];
}

const USER = /^user:(\d+)$/;

/**
 * An unused invite or token ends with its maker: a former user, or the thief of a key, could otherwise return with it.
 * Guarded by handed-out.test.ts.
 * @param madeBy in the form of `actorId`; null: unknown, such as imported.
 * @returns undefined if the maker has ended, or may no longer make invites and tokens.
 */
export async function makerNow(
  db: Db,
  { keys }: Identity,
  madeBy: string | null,
): Promise<Maker | undefined> {
  const userId = USER.exec(madeBy ?? '')?.[1];
  if (userId !== undefined) {
    const user = await findUser(db, Number(userId));
    const bounds = user && (await boundsOfUser(keys, user, db));
    if (user === undefined || bounds === undefined || user.role === 'default') return undefined;
    const { id, username: name, role, ownerId } = user;
    return { actor: { kind: 'user', id, name, role, bounds }, subjects: [subjectOfUser(id), ownerId] };
  }
  if (madeBy === null || !madeBy.startsWith('key_')) return { actor: { kind: 'system' }, subjects: [] };
  const caller = await callerOfKey(keys, madeBy, db);
  if (caller === undefined || !holdsScope(caller, 'users:manage')) return undefined;
  return { actor: { kind: 'key', caller }, subjects: subjectsOf(caller) };
}
