import { setTimeout as sleep } from 'node:timers/promises';
import { mintChosen } from './chosen-minting.ts';
import { underIntent, type HeldIntent, type IntentPlace, type Rotation } from './intent.ts';
import type { PlaceSpec } from './manifest/manifest.ts';
import { MinterError, type FoundKey, type Minter, type Verdict } from './minters/minter.ts';
import { SinkError, type Sink, type Stored } from './sinks/sink.ts';

const VERIFY_TRIES = 5;
const VERIFY_WAIT_MS = 500;

export interface Minting {
  /** Labels of all keys that were minted for this key of the manifest begin so. */
  prefix: string;
  minter: Minter;
  sink: Sink;
  place: PlaceSpec;
  /** Beside the key. */
  intent: IntentPlace;
  fingerprint: (key: string) => Promise<string>;
}

export interface MintedKey {
  key: string;
  /** The id in the service. */
  serviceKeyId: string;
  attempt: string;
  /** What stood there before. */
  former: Stored;
}

/**
 * Whether a new key is needed: asked once this run is the only one that mints.
 * @returns the rotation that begins, whose former keys stay good; undefined: the stored key stays
 */
export type Need = (stored: Stored, rotation: Rotation) => Promise<Rotation | undefined>;

/**
 * Mints one key in the service and stores it, whatever happened to runs before: what they left is adopted or revoked.
 * Of several runs at the same time one mints, the others wait for it.
 * @returns undefined: no key is needed (any more).
 * @throws MinterError `unavailable` before anything is minted where the service cannot say what is good
 */
export async function mintInto(minting: Minting, need: Need): Promise<MintedKey | undefined> {
  const { minter, sink, place, prefix } = minting;
  await minter.probe();
  return underIntent(minting.intent, async (intent) => {
    const stored = await sink.read(place);
    const rotation = await need(stored, intent.rotation);
    if (rotation === undefined) return undefined;
    const found = await minter.find(prefix);
    const orphans = found.filter((key) => !rotation.former.includes(key.id));
    const adopted = await adoptable(minter, orphans);
    for (const orphan of orphans) if (orphan.id !== adopted?.id) await minter.revoke(orphan.id);
    const label = prefix + intent.attempt;
    // In a rotation the service learns of the key first: its users may read it at once.
    const chosen = adopted === undefined && !rotation.isOpen ? minter.choose?.(label) : undefined;
    if (chosen !== undefined) {
      const serviceKeyId = await mintChosen(chosen, { ...minting, label, intent, rotation, stored });
      return { key: chosen.key, serviceKeyId, attempt: intent.attempt, former: stored };
    }
    const fresh = adopted ?? (await minted(minter, label));
    await storeMinted(minting, fresh, { intent, rotation, stored });
    return { key: fresh.key, serviceKeyId: fresh.id, attempt: intent.attempt, former: stored };
  });
}

async function storeMinted(
  { minter, sink, place, fingerprint }: Minting,
  { id, key }: { id: string; key: string },
  { intent, rotation, stored }: { intent: HeldIntent; rotation: Rotation; stored: Stored },
): Promise<void> {
  try {
    await intent.update({ ...rotation, next: { id, fingerprint: await fingerprint(key) } });
    await sink.write(place, key, stored);
  } catch (error) {
    // Somebody else's value stands there, or another run has taken over: this key would be an orphan.
    if (error instanceof SinkError && error.fault === 'changed') await minter.revoke(id);
    throw error;
  }
}

/** The newest key that the service shows again and that is good. */
async function adoptable(
  minter: Minter,
  orphans: readonly FoundKey[],
): Promise<(FoundKey & { key: string }) | undefined> {
  for (const orphan of orphans.toReversed()) {
    const { key } = orphan;
    if (key === undefined) continue;
    const verdict = await verdictOf(minter, key);
    if (verdict === 'unknown') throw unknownVerdict();
    if (verdict === 'valid') return { ...orphan, key };
  }
  return undefined;
}

/** A new key that the service accepts. One that it does not accept is revoked again. */
async function minted(minter: Minter, label: string): Promise<{ id: string; key: string }> {
  const made = await minter.mint(label);
  const verdict = await verdictOf(minter, made.key);
  if (verdict === 'valid') return made;
  await minter.revoke(made.id);
  if (verdict === 'unknown') throw unknownVerdict();
  throw new MinterError(
    'refused',
    'The service does not accept the key that it has just made. Check verify in the manifest.',
  );
}

/** Asked again a few times where the service could not say. */
export async function verdictOf(minter: Minter, key: string): Promise<Verdict> {
  for (let tries = 1; ; tries++) {
    const verdict = await minter.verify(key);
    if (verdict !== 'unknown' || tries === VERIFY_TRIES) return verdict;
    await sleep(VERIFY_WAIT_MS);
  }
}

export const unknownVerdict = (): MinterError =>
  new MinterError(
    'unavailable',
    'The service could not say whether a key is good. Nothing was minted; run this again when it is well.',
  );
