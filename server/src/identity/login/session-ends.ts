import type { Change } from '../../nodes/index.ts';
import type { Db } from '../../storage/index.ts';
import * as store from '../store/session-store.ts';

/*
 * The only place where sessions end before their time. Each function gives the changes that end their running requests; the
 * caller announces them in its transaction. Guarded by session-ends.test.ts and lost-rights.test.ts.
 */

/** The subject of a user's requests on a node. */
export const subjectOfUser = (userId: number | null): string =>
  userId === null ? 'user:admin' : `user:${userId}`;

const endOf = (id: string): Change => ({ kind: 'session', subject: id, ends: true });

export async function endSession(tx: Db, id: string, nowMs: number): Promise<Change> {
  await store.revokeSession(tx, id, nowMs);
  return endOf(id);
}

/** @param userId null: the administrator without users. */
export async function endSessionsOf(tx: Db, userId: number | null, nowMs: number): Promise<Change> {
  await store.revokeSessionsOf(tx, userId, nowMs);
  return { kind: 'user', subject: subjectOfUser(userId), ends: true };
}

/** @param keep so many of the newest stay. */
export async function endOldestSessions(tx: Db, userId: number | null, keep: number): Promise<Change[]> {
  return (await store.dropOldestSessions(tx, userId, keep)).map(endOf);
}
