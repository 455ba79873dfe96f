import { KeywardError } from '../base/errors.ts';
import type { KeysContext } from './context.ts';
import { changeState } from './states.ts';
import { hasUnlimitedKey, isWayIn } from './power/taking-away.ts';

/**
 * Quarantines a key that was found in public. The caller does not learn whether the key exists.
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
    // Revoked or disabled meanwhile.
    if (error instanceof KeywardError && error.code === 'conflict') return;
    throw error;
  }
  context.logger.warn(
    { key_id: id, name, owner: owner.name },
    'a key was reported as leaked and is quarantined',
  );
  // Even the last way in is quarantined: its finder could do everything.
  if (!isWayIn(identity.key, context.clock.nowMs())) return;
  const { db } = context.storage;
  if (!(await context.administrators.hasOther(db, undefined, false)) && !(await hasUnlimitedKey(db, context)))
    context.logger.error('that was the last admin key: make another one with keyward keys create --local');
}
