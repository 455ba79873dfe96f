import { KeywardError } from '../base/errors.ts';
import type { Change } from '../nodes/index.ts';
import type { Db } from '../storage/index.ts';
import type { Identity, Session } from './identity.ts';
import { endSession } from './login/session-ends.ts';
import type { SessionRow } from './store/rows.ts';
import * as store from './store/session-store.ts';
import { usersById } from './store/user-store.ts';

/** A session in a list. Times in ms since 1970. */
export interface ListedSession {
  id: string;
  /** null: the administrator without users. */
  user: { id: number; username: string } | null;
  createdAt: number;
  expiresAt: number;
  /** Up to a minute old. */
  lastUsedAt: number | null;
  ip: string | null;
  userAgent: string | null;
}

/** A user has 100 at most. */
export const SESSIONS_LIST_MAX = 1_000;

const isAdmin = (session: Session): boolean => session.kind === 'admin' || session.user.role === 'admin';

const userIdOf = (session: Session): number | null => (session.kind === 'user' ? session.user.id : null);

/** The newest. @throws KeywardError `forbidden_resource` for the sessions of all without the role admin */
export async function listSessions(
  { keys }: Identity,
  session: Session,
  { all }: { all: boolean },
): Promise<{ sessions: ListedSession[]; hasMore: boolean }> {
  if (all && !isAdmin(session))
    throw new KeywardError('forbidden_resource', 'Only administrators see the sessions of all users.', {
      hint: 'Leave all out to see your own sessions.',
    });
  const { db } = keys.storage;
  const whose = all ? 'everybody' : userIdOf(session);
  const limit = SESSIONS_LIST_MAX + 1;
  const found = await store.listSessions(db, { whose, nowMs: keys.clock.nowMs(), limit });
  const rows = found.slice(0, SESSIONS_LIST_MAX);
  const users = await usersById(
    db,
    rows.flatMap(({ user_id: id }) => (id === null ? [] : [id])),
  );
  const sessions = rows.map((row) => {
    const user = row.user_id === null ? undefined : users.get(row.user_id);
    return {
      id: row.id,
      user: user === undefined ? null : { id: user.id, username: user.username },
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      lastUsedAt: row.last_used_at,
      ip: row.ip,
      userAgent: row.user_agent,
    };
  });
  return { sessions, hasMore: found.length > rows.length };
}

/** One of the caller's, or for an administrator any. @throws KeywardError `not_found` */
export async function endSessionById({ keys }: Identity, session: Session, id: string): Promise<void> {
  await keys.audit.changeEverywhere(session.actor, async (tx) => {
    const row = await store.findSession(tx, id);
    if (row?.revoked_at !== null || !(isAdmin(session) || row.user_id === userIdOf(session)))
      throw new KeywardError('not_found', 'There is no such session.', {
        hint: 'GET /v1/sessions lists the ones that you may end.',
      });
    const change = await endSession(tx, id, keys.clock.nowMs());
    const entry = { action: 'sessions.end', target: id, details: { user: row.user_id } };
    return { result: undefined, entry, change };
  });
}

/** @returns how many ended. */
export function endOtherSessions({ keys }: Identity, session: Session): Promise<number> {
  return keys.audit.change(session.actor, async (tx) => {
    const others = await othersOf(tx, keys, session);
    if (others.length === 0) return { result: 0 };
    const nowMs = keys.clock.nowMs();
    const change: Change[] = [];
    for (const { id } of others) change.push(await endSession(tx, id, nowMs));
    const entry = { action: 'sessions.end_others', target: session.id, details: { ended: others.length } };
    return { result: others.length, entry, change };
  });
}

async function othersOf(tx: Db, { clock }: Identity['keys'], session: Session): Promise<SessionRow[]> {
  const wanted = { whose: userIdOf(session), nowMs: clock.nowMs(), limit: SESSIONS_LIST_MAX };
  return (await store.listSessions(tx, wanted)).filter(({ id }) => id !== session.id);
}
