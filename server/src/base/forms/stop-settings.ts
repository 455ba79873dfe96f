import { StartupError } from '../errors.ts';
import { integer, type Environment } from './env-values.ts';

/** How the server stops, in ms. */
export interface StopSettings {
  /** After SIGTERM connections are still accepted for so long, while GET /readyz answers 503. */
  drainMs: number;
  /** All of stopping, `drainMs` included. */
  limitMs: number;
}

/** @throws StartupError */
export function stopSettings(env: Environment): StopSettings {
  const drainMs = integer(env, 'KEYWARD_DRAIN_SECONDS', { fallback: 2, min: 0, max: 600 }) * 1_000;
  const limitMs = integer(env, 'KEYWARD_STOP_SECONDS', { fallback: 30, min: 1, max: 3_600 }) * 1_000;
  if (drainMs < limitMs) return { drainMs, limitMs };
  throw new StartupError(
    `KEYWARD_STOP_SECONDS (${limitMs / 1_000}) must be greater than KEYWARD_DRAIN_SECONDS (${drainMs / 1_000}): it includes it.`,
  );
}
