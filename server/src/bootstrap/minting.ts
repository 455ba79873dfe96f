import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../base/is-object.ts';
import { jsonIn } from '../base/json-text.ts';
import { isAlive } from '../base/process-alive.ts';
import { mintChosen } from './chosen-minting.ts';
import type { PlaceSpec } from './manifest/manifest.ts';
import { MinterError, type FoundKey, type Minter, type Verdict } from './minters/minter.ts';
import { SinkError, type Sink, type Stored } from './sinks/sink.ts';

/** Another run that has not come to its end by then is taken for dead. */
const INTENT_MS = 90_000;
const BUSY_POLL_MS = 250;
const VERIFY_TRIES = 5;
const VERIFY_WAIT_MS = 500;

/**
 * What is written before a key is minted: who is about to, and under which label. It holds no secret. A run that dies in
 * between leaves it, and the next one finds by the label what was minted.
 */
interface Intent {
  attempt: string;
  /** `host:pid` */
  by: string;
  /** ms since 1970 */
  until: number;
  state: 'minting' | 'done';
}

export interface Minting {
  id: string;
  minter: Minter;
  sink: Sink;
  place: PlaceSpec;
  /** Beside the key. */
  intentPlace: PlaceSpec;
  nowMs: () => number;
}

export interface MintedKey {
  key: string;
  /** The id in the service. */
  serviceKeyId: string;
  attempt: string;
}

/** Labels of all keys that were minted for one key of the manifest begin so. */
export const labelPrefix = (id: string): string => `keyward:${id}:`;

/**
 * Mints one key in the service and stores it, whatever happened to runs before: what they left is adopted or revoked.
 * Of several runs at the same time one mints, the others wait for it.
 * @param isNeeded whether the stored value still has to be replaced: asked again once this run is the one that mints.
 * @returns undefined: another run has stored a key meanwhile.
 * @throws MinterError `unavailable` before anything is minted where the service cannot say what is good
 */
export async function mintInto(
  minting: Minting,
  isNeeded: (stored: Stored) => Promise<boolean>,
): Promise<MintedKey | undefined> {
  const { minter, sink, place, id } = minting;
  await minter.probe();
  return underIntent(minting, async (attempt) => {
    const stored = await sink.read(place);
    if (!(await isNeeded(stored))) return undefined;
    const orphans = await minter.find(labelPrefix(id));
    const adopted = await adoptable(minter, orphans);
    for (const orphan of orphans) if (orphan.id !== adopted?.id) await minter.revoke(orphan.id);
    const chosen = adopted === undefined ? minter.choose?.(labelPrefix(id) + attempt) : undefined;
    if (chosen !== undefined)
      return { ...(await mintChosen(chosen, { minter, sink, place, stored, verdictOf })), attempt };
    const fresh = adopted ?? (await minted(minter, labelPrefix(id) + attempt));
    try {
      await sink.write(place, fresh.key, stored);
    } catch (error) {
      // Somebody else's value stands there: this key would be an orphan.
      if (error instanceof SinkError && error.fault === 'changed') await minter.revoke(fresh.id);
      throw error;
    }
    return { key: fresh.key, serviceKeyId: fresh.id, attempt };
  });
}

/** Runs `work` while no other run mints or revokes keys for the same key of the manifest. */
export async function underIntent<T>(minting: Minting, work: (attempt: string) => Promise<T>): Promise<T> {
  const attempt = await begin(minting);
  try {
    return await work(attempt);
  } finally {
    await end(minting, attempt);
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
    if (verdict === 'unknown') throw unknown();
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
  if (verdict === 'unknown') throw unknown();
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

const unknown = (): MinterError =>
  new MinterError(
    'unavailable',
    'The service could not say whether a key is good. Nothing was minted; run this again when it is well.',
  );

/** Writes the intent. Waits while another run that is alive has one. @returns the attempt */
async function begin({ sink, intentPlace, nowMs }: Minting): Promise<string> {
  const attempt = randomBytes(9).toString('base64url');
  for (;;) {
    const stored = await sink.read(intentPlace);
    const intent = stored.state === 'present' ? intentIn(stored.value) : undefined;
    if (intent !== undefined && isBusy(intent, nowMs())) {
      await sleep(BUSY_POLL_MS);
      continue;
    }
    const own: Intent = {
      attempt,
      by: `${hostname()}:${process.pid}`,
      until: nowMs() + INTENT_MS,
      state: 'minting',
    };
    try {
      await sink.write(intentPlace, JSON.stringify(own), stored);
      return attempt;
    } catch (error) {
      if (!(error instanceof SinkError) || error.fault !== 'changed') throw error;
    }
  }
}

/** Only the own intent: a run that was taken for dead must not end that of its successor. */
async function end({ sink, intentPlace }: Minting, attempt: string): Promise<void> {
  const stored = await sink.read(intentPlace);
  const intent = stored.state === 'present' ? intentIn(stored.value) : undefined;
  if (intent?.attempt !== attempt) return;
  await sink.write(intentPlace, JSON.stringify({ ...intent, state: 'done' }), stored);
}

function isBusy({ state, by, until }: Intent, nowMs: number): boolean {
  if (state === 'done' || until <= nowMs) return false;
  const [host, pid] = by.split(':');
  return host !== hostname() || isAlive(Number(pid));
}

function intentIn(text: string): Intent | undefined {
  const intent = jsonIn(text);
  return isObject(intent) && typeof intent['attempt'] === 'string'
    ? (intent as unknown as Intent)
    : undefined;
}
