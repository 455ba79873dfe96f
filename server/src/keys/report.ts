import { KeywardError } from '../base/errors.ts';
import type { KeysContext } from './context.ts';
import { changeState } from './states.ts';
import { hasUnlimitedKey, isWayIn } from './power/taking-away.ts';

/**
 * Somebody found a key lying about. A real one is quarantined at once. The caller learns nothing: neither whether it
 * was real nor whose it is.
 * @param how where it was found, for the owner: `url` or a sentence.
 */
export async function reportLeak(context: KeysContext, text: string, how: string): Promise<void> {
  const identity = await context.verifier.identify(text);
  if (!identity.valid || identity.key.storedState === 'quarantined') return;
  const { id, name, owner } = identity.key;
  const reason = `Reported as leaked: ${how}`;
  try {
    await changeState(context, { kind: 'system' }, { id, verb: 'quarantine', reason });
  } catch (error) {
    // Revoked or disabled since it was looked at: it opens nothing any more.
    if (error instanceof KeywardError && error.code === 'conflict') return;
    throw error;
  }
  context.logger.warn(
    { key_id: id, name, owner: owner.name },
    'a key was reported as leaked and is quarantined',
  );
  if (isWayIn(identity.key, context.clock.nowMs()) && !(await isAnyoneLeft(context)))
    context.logger.error('that was the last admin key: make another one with keyward keys create --local');
}

/** A leaked key is ended also where it is the last way in: whoever found it could do everything. */
async function isAnyoneLeft(context: KeysContext): Promise<boolean> {
  const { db } = context.storage;
  return (await context.administrators.hasOther(db, undefined, false)) || hasUnlimitedKey(db, context);
}
