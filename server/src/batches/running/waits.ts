import type { KeywardError } from '../../base/errors.ts';
import type { LineRow } from '../store/tables.ts';

/** A line is put back, for another try. */
export interface Wait {
  forMs: number;
  /** Whether it counts against the line: so many failures end it. */
  isFailure: boolean;
  /** Other lines would fare no better: the batch waits as a whole. */
  isOfAll: boolean;
}

const FAILURES_MAX = 5;
const FIRST_MS = 1_000;
const MAX_MS = 60_000;
/** A budget that running requests hold is free again soon; one that is spent is not waited for. */
const HELD_MAX_SECONDS = 60;

type Failed = KeywardError | { status: number; headers: Record<string, unknown> };

/** @returns undefined: it is final */
export function waitFor(
  failed: Failed,
  { attempts, failures }: Pick<LineRow, 'attempts' | 'failures'>,
): Wait | undefined {
  const kind = kindOf(failed);
  if (kind === 'final' || (kind === 'failure' && failures + 1 >= FAILURES_MAX)) return undefined;
  const backOffMs = Math.min(FIRST_MS * 2 ** Math.min(attempts, 10), MAX_MS);
  const askedMs = Math.min((retryAfterOf(failed) ?? 0) * 1_000, MAX_MS);
  const forMs = kind === 'limit' ? Math.max(askedMs, FIRST_MS) : Math.max(backOffMs, askedMs);
  return { forMs, isFailure: kind === 'failure', isOfAll: kind !== 'failure' };
}

function kindOf(failed: Failed): 'final' | 'limit' | 'outage' | 'failure' {
  if (!('code' in failed)) {
    if (failed.status === 429) return 'outage';
    return failed.status >= 500 ? 'failure' : 'final';
  }
  const { code, status, extras } = failed;
  if (code === 'rate_limited' || code === 'queue_full') return 'limit';
  if (code === 'budget_exceeded')
    return (retryAfterOf(failed) ?? Infinity) <= HELD_MAX_SECONDS ? 'limit' : 'final';
  if (code === 'not_ready' || code === 'storage_unavailable') return 'outage';
  if (code === 'upstream_timeout') return 'failure';
  if (code !== 'upstream_unavailable') return 'final';
  // Nobody can have the request now; otherwise it may be the request that a worker or an upstream fails at.
  const isOutage = status === 503 || extras.cause !== undefined || retryAfterOf(failed) !== undefined;
  return isOutage ? 'outage' : 'failure';
}

function retryAfterOf(failed: Failed): number | undefined {
  const headers = 'code' in failed ? (failed.extras.headers ?? {}) : failed.headers;
  const text = headers['retry-after'];
  return typeof text === 'string' && /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
