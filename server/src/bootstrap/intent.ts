import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isObject } from '../base/is-object.ts';
import { jsonIn } from '../base/json-text.ts';
import { isAlive } from '../base/process-alive.ts';
import type { PlaceSpec } from './manifest/manifest.ts';
import { SinkError, type Sink, type Stored } from './sinks/sink.ts';

/** A run on another machine that has not ended by then is taken for dead. */
const INTENT_MS = 90_000;
const BUSY_POLL_MS = 250;

/** What runs leave for later ones. */
export interface Rotation {
  /** Whether former values have to be ended yet. */
  isOpen: boolean;
  /** Ids in the service of the keys that were replaced and are still good. */
  former: string[];
  /** Whether a good key was replaced whose id in the service is not known. */
  hasUnknown?: boolean;
  /** The value that is being stored, so that the next run recognizes it. `id`, `label`: in the service. */
  next?: { id?: string; label?: string; fingerprint: string };
}

export const NO_ROTATION: Rotation = { isOpen: false, former: [] };

/**
 * Written before a key is made: who makes it, and under which label. It holds no secret. A run that dies leaves it, and
 * the next one finds by the label what was minted.
 */
interface Intent extends Rotation {
  attempt: string;
  /** `host:pid` */
  by: string;
  /** ms since 1970 */
  until: number;
  state: 'minting' | 'done';
}

/** Attempts of this process that are under way: an intent of it that could not be ended is taken over at once. */
const underWay = new Set<string>();

export interface IntentPlace {
  sink: Sink;
  place: PlaceSpec;
  nowMs: () => number;
}

/** The intent of this run. */
export interface HeldIntent {
  readonly attempt: string;
  readonly rotation: Rotation;
  /** @throws SinkError `changed`: this run was taken for dead */
  update(rotation: Rotation): Promise<void>;
}

/** What earlier runs left. */
export async function rotationAt({ sink, place }: IntentPlace): Promise<Rotation> {
  return rotationOf(intentIn(await sink.read(place)));
}

/** Runs `work` while no other run makes or revokes keys for the same key of the manifest; waits for one that does. */
export async function underIntent<T>(at: IntentPlace, work: (intent: HeldIntent) => Promise<T>): Promise<T> {
  const intent = await begin(at);
  const held: HeldIntent = {
    attempt: intent.attempt,
    get rotation() {
      return rotationOf(intent);
    },
    update: async (rotation) => {
      const stored = await at.sink.read(at.place);
      if (intentIn(stored)?.attempt !== intent.attempt)
        throw new SinkError('changed', 'Another run has taken over. Run this again.');
      Object.assign(intent, rotation, { until: at.nowMs() + INTENT_MS });
      await at.sink.write(at.place, JSON.stringify(intent), stored);
    },
  };
  try {
    const result = await work(held);
    await end(at, intent);
    return result;
  } catch (error) {
    // Where this fails too, the next run takes the intent over.
    await end(at, intent).catch(() => undefined);
    throw error;
  } finally {
    underWay.delete(intent.attempt);
  }
}

async function begin({ sink, place, nowMs }: IntentPlace): Promise<Intent> {
  const attempt = randomBytes(9).toString('base64url');
  underWay.add(attempt);
  let seen = { version: '', sinceMs: 0 };
  for (;;) {
    const stored = await sink.read(place);
    const intent = intentIn(stored);
    if (stored.version !== seen.version) seen = { version: stored.version, sinceMs: nowMs() };
    // Of a machine whose clock is ahead, `until` alone would be too late.
    const isUnchanged = nowMs() - seen.sinceMs >= INTENT_MS;
    if (intent !== undefined && !isUnchanged && isBusy(intent, nowMs())) {
      await sleep(BUSY_POLL_MS);
      continue;
    }
    const own: Intent = {
      ...rotationOf(intent),
      attempt,
      by: `${hostname()}:${process.pid}`,
      until: nowMs() + INTENT_MS,
      state: 'minting',
    };
    try {
      await sink.write(place, JSON.stringify(own), stored);
      return own;
    } catch (error) {
      if (!(error instanceof SinkError) || error.fault !== 'changed') throw error;
    }
  }
}

/** Only the own intent: a run that was taken for dead must not end that of its successor. */
async function end({ sink, place }: IntentPlace, own: Intent): Promise<void> {
  const stored = await sink.read(place);
  if (intentIn(stored)?.attempt !== own.attempt) return;
  await sink.write(place, JSON.stringify({ ...own, state: 'done' }), stored);
}

function isBusy({ state, attempt, by, until }: Intent, nowMs: number): boolean {
  if (state === 'done' || until <= nowMs) return false;
  const [host, pid] = by.split(':');
  if (host !== hostname()) return true;
  return Number(pid) === process.pid ? underWay.has(attempt) : isAlive(Number(pid));
}

function rotationOf(intent: Intent | undefined): Rotation {
  const { isOpen, former, hasUnknown = false, next } = { ...NO_ROTATION, ...intent };
  return { isOpen, former, hasUnknown, ...(next === undefined ? {} : { next }) };
}

function intentIn(stored: Stored): Intent | undefined {
  const intent = stored.state === 'present' ? jsonIn(stored.value) : undefined;
  return isObject(intent) && typeof intent['attempt'] === 'string'
    ? (intent as unknown as Intent)
    : undefined;
}
