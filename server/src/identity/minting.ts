import { KeywardError } from '../base/errors.ts';
import { ensureAdminOwner, mint, mintIn } from '../keys/index.ts';
import type { KeysContext, Minted, MintInput } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import type { Identity, Session } from './identity.ts';
import { findSession, lockOpenSession } from './store/session-store.ts';
import { findUser, lockUser } from './store/user-store.ts';

interface Request {
  /** Its owner is that of the session, if it names none. */
  input: MintInput;
  idempotencyKey?: string | undefined;
  /** For another prefix. @default those of the identity */
  keys?: KeysContext;
}

/**
 * Makes a key in a session.
 * @throws KeywardError `invalid_session` if the session ended or the role changed meanwhile; and as `mint`.
 */
export async function mintForSession(
  { keys: own }: Identity,
  session: Session,
  { input, idempotencyKey, keys = own }: Request,
): Promise<Minted> {
  const { actor } = session;
  if (session.kind === 'admin') {
    const owner = input.owner ?? (actor.kind === 'key' ? undefined : (await ensureAdminOwner(keys)).id);
    return mint(keys, actor, { ...input, owner }, idempotencyKey);
  }
  const { user, id } = session;
  return keys.audit.change(actor, async (tx) => {
    // A change of the role at the same time waits here and then finds the key, or came first and is seen.
    await lockUser(tx, user.id);
    await refuseEnded(tx, id, user);
    const owner = input.owner ?? user.ownerId;
    return mintIn(tx, keys, { actor, input: { ...input, owner }, idempotencyKey });
  });
}

async function refuseEnded(tx: Db, sessionId: string, user: { id: number; role: string }): Promise<void> {
  const row = await findSession(tx, sessionId);
  const now = await findUser(tx, user.id);
  if (row?.revoked_at !== null || now?.role !== user.role)
    throw new KeywardError('invalid_session', 'Invalid auth token.');
}

/**
 * Whether a session is open, for what it has begun and somebody else finishes, such as the enrolment of a machine. It stays open,
 * with the role of its user, until the transaction ends.
 */
export async function holdSession(tx: Db, id: string, nowMs: number): Promise<boolean> {
  const userId = (await findSession(tx, id))?.user_id;
  if (typeof userId === 'number') await lockUser(tx, userId);
  return lockOpenSession(tx, id, nowMs);
}
