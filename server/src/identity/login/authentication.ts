import { KeywardError } from '../../base/errors.ts';
import { coversAll, decide, EVERYTHING, excesses, holdingsOfCaller } from '../../access/index.ts';
import { boundsOfAdmin, boundsOfOwner, callerOfSecret, type KeysContext } from '../../keys/index.ts';
import type { Caller } from '../../access/index.ts';
import type { Bounds } from '../../access/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Identity, Session } from '../identity.ts';
import { readMode } from '../store/mode-store.ts';
import type { SessionRow } from '../store/rows.ts';
import type { User } from '../user.ts';
import { findSession } from '../store/session-store.ts';
import { readToken } from './session-token.ts';
import { findUser } from '../store/user-store.ts';

const refused = (message: string): KeywardError => new KeywardError('invalid_session', message);

/**
 * Who a session token belongs to, asked of the database each time: what ends a session or suspends its user counts
 * for the next request on every node.
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
  const claims = await readToken(sealing, token, nowMs);
  const row = claims && (await findSession(storage.db, claims.sessionId));
  const isMultiUser = (await readMode(storage.db)).multi_user !== 0;
  if (isMultiUser) return userSession(identity, row);
  return adminSession(identity, row, ip);
}

const isOver = ({ revoked_at }: SessionRow): boolean => revoked_at !== null;

/** A deleted or suspended user is told so, although the session ended with that too. */
async function userSession({ keys }: Identity, row: SessionRow | undefined): Promise<Session> {
  if (row === undefined || row.user_id === null) throw refused('Invalid auth token.');
  const user = await findUser(keys.storage.db, row.user_id);
  if (user === undefined) throw refused('Invalid auth for user.');
  // Also where the owner of the user's keys was suspended: that is the same person.
  const bounds = await boundsOfUser(keys, user);
  if (bounds === undefined) throw refused('User is suspended from system');
  if (isOver(row)) throw refused('Invalid auth token.');
  const { id, username: name, role } = user;
  return { id: row.id, kind: 'user', user, actor: { kind: 'user', id, name, role, bounds } };
}

/** What a user counts against; undefined where it is suspended, or the owner of its keys is. */
export async function boundsOfUser(
  keys: KeysContext,
  user: User,
  db: Db = keys.storage.db,
): Promise<Bounds | undefined> {
  const owner = user.suspended ? undefined : await boundsOfOwner(keys, user.ownerId, db);
  return owner === undefined ? undefined : { ...owner, ...messageLimit(user) };
}

/** As a limit, to be compared with what the user makes: it would be rid of it as another user. */
const messageLimit = ({ dailyMessageLimit: requests }: User): Pick<Bounds, 'messages'> =>
  requests === null ? {} : { messages: { name: 'messages in 24 hours', requests, window_seconds: 86_400 } };

async function adminSession(identity: Identity, row: SessionRow | undefined, ip: string): Promise<Session> {
  const bad = refused('Token expired or failed validation.');
  if (row === undefined || row.user_id !== null || isOver(row)) throw bad;
  if (row.secret_id === null) {
    const bounds = await boundsOfAdmin(identity.keys);
    return { id: row.id, kind: 'admin', actor: { kind: 'admin', bounds } };
  }
  // A session opened with a key is worth as much as the key, and as long.
  const caller = await callerOfSecret(identity.keys, row.secret_id);
  if (caller === undefined || !isFullAdmin(caller, ip) || boundsOf(caller) !== undefined) throw bad;
  return { id: row.id, kind: 'admin', secretId: row.secret_id, actor: { kind: 'key', caller } };
}

/** Whether a key may do everything, with everything, from this address. */
export function isFullAdmin(caller: Caller, ip: string): boolean {
  const { workspaces, models } = caller.selectors;
  const isOpen = coversAll(workspaces) && coversAll(models);
  return caller.grants.includes('*') && isOpen && decide(caller, { action: 'keys:write', ip }).allowed;
}

/**
 * In what a session would exceed the key that opens it: it knows neither limits nor budgets nor a parent. Addresses are asked with each
 * request. Guarded by gifts.test.ts.
 */
export function boundsOf(caller: Caller): string | undefined {
  const { models, workspaces } = EVERYTHING.selectors;
  const session = { ...EVERYTHING, selectors: { models, workspaces, ips: caller.selectors.ips } };
  const fields = excesses(holdingsOfCaller(caller), session).map(({ field }) => field);
  return fields.length === 0 ? undefined : [...new Set(fields)].join(', ');
}
