import type { PlaceSpec } from './manifest/manifest.ts';
import { MinterError, type ChosenKey, type Minter, type Verdict } from './minters/minter.ts';
import type { Sink, Stored } from './sinks/sink.ts';

interface ChosenMinting {
  minter: Minter;
  sink: Sink;
  place: PlaceSpec;
  /** What stands in the place now. */
  stored: Stored;
  verdictOf: (minter: Minter, key: string) => Promise<Verdict>;
}

/**
 * Stores a chosen key, and then makes it known to the service. A run that dies in between leaves a stored key that the
 * service refuses, which the next run replaces. Nothing is left in the service that nobody knows.
 */
export async function mintChosen(
  chosen: ChosenKey,
  { minter, sink, place, stored, verdictOf }: ChosenMinting,
): Promise<{ key: string; serviceKeyId: string }> {
  const { key } = chosen;
  await sink.write(place, key, stored);
  const serviceKeyId = await chosen.register().catch((error: unknown) => {
    if (!(error instanceof MinterError)) throw error;
    const message = `${error.message} The chosen key is stored already; the next run replaces it, unless the service knows it.`;
    throw new MinterError(error.fault, message, { cause: error });
  });
  const verdict = await verdictOf(minter, key);
  if (verdict === 'valid') return { key, serviceKeyId };
  // It stays: it is stored already, and the next run asks again.
  if (verdict === 'unknown')
    throw new MinterError(
      'unavailable',
      'The service could not say whether the new key is good. It is stored; run this again when the service is well.',
    );
  await minter.revoke(serviceKeyId);
  throw new MinterError(
    'refused',
    'The service does not accept the key that it has just registered. Check verify in the manifest.',
  );
}
