import type { HeldIntent, Rotation } from './intent.ts';
import { verdictOf, type Minting } from './minting.ts';
import { MinterError, type ChosenKey } from './minters/minter.ts';
import type { Stored } from './sinks/sink.ts';

interface ChosenMinting extends Omit<Minting, 'intent'> {
  label: string;
  intent: HeldIntent;
  rotation: Rotation;
  /** What stands in the place now. */
  stored: Stored;
}

/**
 * Stores a chosen key, and then makes it known to the service. A run that dies in between leaves a stored key that the
 * service refuses, which the next run replaces. Nothing is left in the service that nobody knows.
 * @returns its id in the service
 */
export async function mintChosen(
  chosen: ChosenKey,
  { minter, sink, place, fingerprint, label, intent, rotation, stored }: ChosenMinting,
): Promise<string> {
  const { key } = chosen;
  const mark = await fingerprint(key);
  await intent.update({ ...rotation, next: { label, fingerprint: mark } });
  await sink.write(place, key, stored);
  const id = await chosen.register().catch((error: unknown) => {
    if (!(error instanceof MinterError)) throw error;
    const message = `${error.message} The chosen key is stored already; the next run replaces it, unless the service knows it.`;
    throw new MinterError(error.fault, message, { cause: error });
  });
  await intent.update({ ...rotation, next: { id, fingerprint: mark } });
  const verdict = await verdictOf(minter, key);
  if (verdict === 'valid') return id;
  // It stays: it is stored already, and the next run asks again.
  if (verdict === 'unknown')
    throw new MinterError(
      'unavailable',
      'The service could not say whether the new key is good. It is stored; run this again when the service is well.',
    );
  await minter.revoke(id);
  throw new MinterError(
    'refused',
    'The service does not accept the key that it has just registered. Check verify in the manifest.',
  );
}
