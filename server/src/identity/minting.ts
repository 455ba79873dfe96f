import { KeywardError } from '../base/errors.ts';
import { ensureAdminOwner, mint, mintIn } from '../keys/index.ts';
import type { KeysContext, Minted, MintInput } from '../keys/index.ts';
import type { Db } from '../storage/index.ts';
import type { Identity, Session } from './identity.ts';
import { findSession } from './store/session-store.ts';
import { findUser, lockUser } from './store/user-store.ts';

type Input = Omit<MintInput, 'owner'>;

/**
 * Makes a key for the owner of the session.
 * @param keys default: those of the identity; others for another prefix.
 * @throws KeywardError `invalid_session` if the session ended or the role changed meanwhile; and as `mint`.
 */
export async function mintForSession(
  { keys: own }: Identity,
  session: Session,
  { input, keys = own }: { input: Input; keys?: KeysContext },
): Promise<Minted> {
  const { actor } = session;
  if (session.kind === 'admin') {
    const owner = actor.kind === 'key' ? undefined : (await ensureAdminOwner(keys)).id;
    return mint(keys, actor, { ...input, owner });
  }
  const { user, id } = session;
  return keys.audit.change(actor, async (tx) => {
    // A change of the role at the same time waits here and then finds the key, or came first and is seen.
    await lockUser(tx, user.id);
    await refuseEnded(tx, id, user);
    return mintIn(tx, keys, { actor, input: { ...input, owner: user.ownerId } });
  });
}

async function refuseEnded(tx: Db, sessionId: string, user: { id: number; role: string }): Promise<void> {
  const row = await findSession(tx, sessionId);
  const now = await findUser(tx, user.id);
  if (row?.revoked_at !== null || now?.role !== user.role)
    throw new KeywardError('invalid_session', 'Invalid auth token.');
}
