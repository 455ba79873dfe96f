/** Tests can move it. */
export interface Clock {
  /** Wall clock, milliseconds since 1970-01-01T00:00:00Z. */
  nowMs(): number;
  /** Milliseconds on a clock that never goes back; only differences have a meaning. */
  monotonicMs(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** A wall-clock time as ISO 8601 with milliseconds and `Z`, or null. */
export function isoTime(ms: number): string;
export function isoTime(ms: number | null): string | null;
export function isoTime(ms: number | null): string | null {
  if (ms === null) return null;
  const minute = Math.floor(ms / MINUTE_MS);
  if (minute !== latest.minute) latest = { minute, text: new Date(ms).toISOString().slice(0, -REST) };
  const rest = String(SIX_DIGITS + Math.trunc(ms) - minute * MINUTE_MS);
  return `${latest.text}${rest.slice(1, 3)}.${rest.slice(3)}Z`;
}

const MINUTE_MS = 60_000;
/** The length of `59.999Z`. */
const REST = 7;
const SIX_DIGITS = 100_000;

/** Times of one answer are close together, and `toISOString` takes 2 µs. */
let latest = { minute: NaN, text: '' };
