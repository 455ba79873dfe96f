import { randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { isOwnerActive } from '../../keys/index.ts';
import type { Change } from '../../nodes/index.ts';
import type { Sealing } from '../../sealing/index.ts';
import type { Db } from '../../storage/index.ts';
import type { Identity, Session } from '../identity.ts';
import * as store from '../store/session-store.ts';
import { findUser, lockUser } from '../store/user-store.ts';
import { endOldestSessions, endSession } from './session-ends.ts';

/** Clients expect this duration, and cannot renew a session. */
const SESSION_MS = 30 * 86_400_000;
/** A script that logs in each minute ends its own oldest sessions, and does not fill the database. */
const SESSIONS_MAX = 100;

/** Where a session is begun. */
export interface Device {
  ip: string;
  /** As the browser names itself. */
  userAgent?: string | undefined;
}

const USER_AGENT_MAX = 300;

interface Begun {
  /** Stored nowhere. */
  token: string;
  /** The end of the oldest session, where there are too many. To be announced by the caller. */
  changes: Change[];
}

/**
 * Begins a session in the transaction of a login.
 * @param whose a user; or the administrator without users, with the secret if a key opened the session.
 */
export async function beginSession(
  tx: Db,
  { keys: { sealing, clock } }: Identity,
  whose: { user?: { id: number; username: string }; secretId?: string; device: Device },
): Promise<Begun> {
  const { user, secretId, device } = whose;
  const createdAt = clock.nowMs();
  const expiresAt = createdAt + SESSION_MS;
  const id = randomUUID();
  await store.dropExpiredSessions(tx, createdAt);
  const changes = await endOldestSessions(tx, user?.id ?? null, SESSIONS_MAX - 1);
  await store.insertSession(tx, {
    id,
    user_id: user?.id ?? null,
    secret_id: secretId ?? null,
    created_at: createdAt,
    expires_at: expiresAt,
    revoked_at: null,
    ip: device.ip,
    user_agent: device.userAgent?.slice(0, USER_AGENT_MAX) ?? null,
    last_used_at: createdAt,
  });
  return { token: await signToken(sealing, { id, user, createdAt, expiresAt }), changes };
}

/** A session that begins in the transaction of a change which ends all others, such as a new password. */
export class FreshSession {
  readonly #identity: Identity;
  readonly #device: Device;
  /** '' until the change is made. */
  token = '';

  constructor(identity: Identity, device: Device) {
    this.#identity = identity;
    this.#device = device;
  }

  /** @param user undefined: the administrator without users. */
  async begin(tx: Db, user?: { id: number; username: string }): Promise<void> {
    const whose = user === undefined ? {} : { user };
    // Of the changes that it gives: all sessions of the user end here.
    this.token = (await beginSession(tx, this.#identity, { ...whose, device: this.#device })).token;
  }
}

/**
 * Begins a session of a user who has proved their identity elsewhere, such as at an OpenID provider.
 * @param by for the audit record, such as `oidc`.
 * @returns undefined: the user or the owner of its keys is suspended or deleted.
 */
export function beginSessionOf(
  identity: Identity,
  { userId, by, device }: { userId: number; by: string; device: Device },
): Promise<string | undefined> {
  const { keys } = identity;
  return keys.audit.change<string | undefined>({ kind: 'system' }, async (tx) => {
    // Locks the user: a suspension at the same time ends the session, or is seen here.
    await lockUser(tx, userId);
    const user = await findUser(tx, userId);
    if (user === undefined || user.suspended || !(await isOwnerActive(keys, user.ownerId, tx)))
      return { result: undefined };
    const { token, changes: change } = await beginSession(tx, identity, { user, device });
    const { id, username: name } = user;
    const entry = { action: 'sessions.login', target: `user:${id}`, details: { ip: device.ip, by } };
    return { result: token, actor: { kind: 'user', id, name }, entry, change };
  });
}

/** The subject of the requests of all users who need a membership to use a workspace: those of the role default. */
export const SUBJECT_OF_MEMBERS = 'members';

/** Ends this session alone, with its requests. */
export async function signOut({ keys }: Identity, { id, actor }: Session): Promise<void> {
  await keys.audit.changeEverywhere(actor, async (tx) => {
    const change = await endSession(tx, id, keys.clock.nowMs());
    const entry = { action: 'sessions.logout', target: id };
    return { result: undefined, entry, change };
  });
}

const ALGORITHM = 'HS256';

/** Clients of the web application read `id` and `username` from the token. Times in ms since 1970. */
function signToken(
  { sessionKeys }: Sealing,
  session: {
    id: string;
    user: { id: number; username: string } | undefined;
    createdAt: number;
    expiresAt: number;
  },
): Promise<string> {
  const { id, user, createdAt, expiresAt } = session;
  return new SignJWT(user === undefined ? {} : { id: user.id, username: user.username })
    .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
    .setJti(id)
    .setIssuedAt(Math.floor(createdAt / 1000))
    .setExpirationTime(Math.floor(expiresAt / 1000))
    .sign(sessionKeys[0]!);
}

/** No valid token is longer. */
const TOKEN_MAX_LENGTH = 2_048;

/** @returns the id of the session; undefined for a token that is expired or not of this server. */
export async function readToken(
  { sessionKeys }: Sealing,
  token: string,
  nowMs: number,
): Promise<string | undefined> {
  if (token.length > TOKEN_MAX_LENGTH) return undefined;
  for (const key of sessionKeys) {
    try {
      const options = {
        algorithms: [ALGORITHM],
        currentDate: new Date(nowMs),
        requiredClaims: ['exp', 'jti'],
      };
      const { payload } = await jwtVerify(token, key, options);
      if (typeof payload.jti === 'string') return payload.jti;
    } catch {
      // Perhaps signed with an older key.
    }
  }
  return undefined;
}
