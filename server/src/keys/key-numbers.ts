import type { Actor } from '../access/index.ts';
import { mayTouchKey, onlyOwner, type KeysContext } from './context.ts';
import type { KeyWithSecrets } from './key.ts';
import * as lists from './store/key-list-store.ts';
import * as store from './store/key-store.ts';
import { KEY_MARK } from '../base/key-text.ts';
import { changeState } from './states.ts';

/** The list of the Developer API has no pages. */
const LISTED_MAX = 1_000;

/** Keys that are not revoked, by number; without `owners:manage` only those of the caller's owner. */
export async function listNumbered(context: KeysContext, actor: Actor): Promise<KeyWithSecrets[]> {
  const found = await lists.listNumbered(context.storage.db, {
    ownerId: onlyOwner(actor),
    limit: LISTED_MAX,
  });
  return found.filter((key) => mayTouchKey(actor, key));
}

/** Does nothing for a key that does not exist or that the actor may not see. */
export async function revokeNumbered(
  context: KeysContext,
  actor: Actor,
  { number, isLastMeant }: { number: number; isLastMeant: boolean },
): Promise<void> {
  const key = await store.findByNumber(context.storage.db, number);
  if (key === undefined || !mayTouchKey(actor, key)) return;
  await changeState(context, actor, { id: key.id, verb: 'revoke', isLastMeant });
}

/** Of the newest secret of a key: `sk-…` and its last four characters. */
export const maskOf = ({ secrets }: Pick<KeyWithSecrets, 'secrets'>): string =>
  (secrets[0]?.hint ?? '…').replace(`${KEY_MARK}…`, '…');
