import { callerOfKey, subjectsOf } from '../keys/index.ts';
import type { Actor } from '../access/index.ts';
import type { Db } from '../storage/index.ts';
import { boundsOfUser } from './login/authentication.ts';
import type { Identity } from './identity.ts';
import { subjectOfUser } from './login/sessions.ts';
import { findUser } from './store/user-store.ts';

/** Who handed out an invite or a login token, as they are now. */
export interface Maker {
  actor: Actor;
  /** What takes one of these away ends whatever is carried out with what was handed out. */
  subjects: readonly string[];
}

const USER = /^user:(\d+)$/;

/**
 * What was handed out and not used yet ends with its maker: whoever leaves, or whose key leaked, would otherwise come back by
 * an invite. Guarded by handed-out.test.ts.
 * @param madeBy as `actorId` says it; null: not known, of before or of elsewhere.
 * @returns undefined where the maker has ended, or may hand out nothing any more.
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
  if (caller?.scopes.has('users:manage') !== true) return undefined;
  return { actor: { kind: 'key', caller }, subjects: subjectsOf(caller) };
}
