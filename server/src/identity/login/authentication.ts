import { KeywardError } from '../../base/errors.ts';
import {
  coversAll,
  decide,
  EVERYTHING,
  noteGrants,
  excesses,
  holdingsOfCaller,
  type Bounds,
  type Caller,
} from '../../access/index.ts';
import { boundsOfAdmin, boundsOfOwner, callerOfSecret, type KeysContext } from '../../keys/index.ts';
import { booksOf, type Db } from '../../storage/index.ts';
import type { Identity, Session } from '../identity.ts';
import type { SessionRow } from '../store/rows.ts';
import type { User } from '../user.ts';
import * as store from '../store/session-store.ts';
import { readToken } from './sessions.ts';
import { findUser } from '../store/user-store.ts';

const refused = (message: string): KeywardError => new KeywardError('invalid_session', message);

/**
 * The session of a token. Asks the database each time, so that the end of a session or the suspension of its user
 * holds for the next request on every node.
 * @throws KeywardError `invalid_session`
 */
export async function authenticate(
  identity: Identity,
  authorization: string | undefined,
  ip: string,
): Promise<Session> {
  const { storage, sealing, clock } = identity.keys;
  const token = authorization?.split(' ')[1];
  if (token === undefined || token === '') throw refused('No auth token found.');
  const nowMs = clock.nowMs();
  const sessionId = await readToken(sealing, token, nowMs);
  const row = sessionId === undefined ? undefined : await store.findSession(storage.db, sessionId);
  const session = (await identity.isMultiUser())
    ? await userSession(identity, row)
    : await adminSession(identity, row, ip);
  noteUse(identity, row);
  return session;
}

const NOTED_EVERY_MS = 60_000;

/** For the list of sessions; no request waits for it. */
function noteUse({ keys }: Identity, row: SessionRow | undefined): void {
  const { storage, clock, logger } = keys;
  const nowMs = clock.nowMs();
  if (row === undefined || nowMs - (row.last_used_at ?? 0) < NOTED_EVERY_MS) return;
  booksOf(storage)
    .transaction((tx) => store.noteUse(tx, row.id, nowMs), { durable: false })
    .catch((error: unknown) => logger.warn({ err: error }, 'the last use of a session was not written'));
}

/** Checks the user first: a deleted or suspended user gets that error, although the session ended too. */
async function userSession({ keys }: Identity, row: SessionRow | undefined): Promise<Session> {
  if (row === undefined || row.user_id === null) throw refused('Invalid auth token.');
  const user = await findUser(keys.storage.db, row.user_id);
  if (user === undefined) throw refused('Invalid auth for user.');
  // Also if the owner of the user's keys was suspended: it is the same person.
  const bounds = await boundsOfUser(keys, user);
  if (bounds === undefined) throw refused('User is suspended from system');
  if (row.revoked_at !== null) throw refused('Invalid auth token.');
  const { id, username: name, role } = user;
  return {
    id: row.id,
    expiresAt: row.expires_at,
    kind: 'user',
    user,
    actor: { kind: 'user', id, name, role, bounds },
  };
}

/** The limits and budgets of a user; undefined: the user, or the owner of its keys, is suspended. */
export async function boundsOfUser(
  keys: KeysContext,
  user: User,
  db: Db = keys.storage.db,
): Promise<Bounds | undefined> {
  const owner = user.suspended ? undefined : await boundsOfOwner(keys, user.ownerId, db);
  return owner === undefined ? undefined : { ...owner, ...messageLimit(user) };
}

/** The message limit as a bound: without it, a user could make another user without the limit. */
const messageLimit = ({ dailyMessageLimit: requests }: User): Pick<Bounds, 'messages'> =>
  requests === null ? {} : { messages: { name: 'messages in 24 hours', requests, window_seconds: 86_400 } };

async function adminSession(identity: Identity, row: SessionRow | undefined, ip: string): Promise<Session> {
  const bad = refused('Token expired or failed validation.');
  if (row === undefined || row.user_id !== null || row.revoked_at !== null) throw bad;
  const { id, expires_at: expiresAt } = row;
  if (row.secret_id === null) {
    const bounds = await boundsOfAdmin(identity.keys);
    return { id, expiresAt, kind: 'admin', actor: { kind: 'admin', bounds } };
  }
  // A session that a key opened has the power of the key, and ends with it.
  const caller = await callerOfSecret(identity.keys, row.secret_id);
  if (caller === undefined || !isFullAdmin(caller, ip) || boundsOf(caller) !== undefined) throw bad;
  noteGrants(caller, EVERYTHING.grants);
  return { id, expiresAt, kind: 'admin', secretId: row.secret_id, actor: { kind: 'key', caller } };
}

/** Whether a key has all scopes, for all workspaces and models, from this address. */
export function isFullAdmin(caller: Caller, ip: string): boolean {
  const { workspaces, models } = caller.selectors;
  const isOpen = coversAll(workspaces) && coversAll(models);
  return caller.grants.includes('*') && isOpen && decide(caller, { action: 'keys:write', ip }).allowed;
}

/**
 * The fields in which a session would exceed the key that opens it: a session has no limits, budgets or parent.
 * Addresses are checked with each request. Guarded by gifts.test.ts.
 */
export function boundsOf(caller: Caller): string | undefined {
  const session = { ...EVERYTHING, selectors: { ...EVERYTHING.selectors, ips: caller.selectors.ips } };
  const fields = excesses(holdingsOfCaller(caller), session).map(({ field }) => field);
  return fields.length === 0 ? undefined : [...new Set(fields)].join(', ');
}
