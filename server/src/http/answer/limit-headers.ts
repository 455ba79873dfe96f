import type { LimitView } from '../../keys/index.ts';
import { isRequestLimit, type Limit } from '../../access/index.ts';

/**
 * `RateLimit-Policy` and `RateLimit` after draft-ietf-httpapi-ratelimit-headers: q quota, w window in seconds,
 * r remaining, t seconds until more is free. Limits on concurrency have no window and no t; limits of jobs are not here.
 * @param headers of the answer; they are written into it.
 * @param limits of the key; their policy is written once and kept for as long as the key stays in memory.
 */
export function limitHeaders(
  headers: Record<string, string>,
  limits: readonly Limit[],
  views: readonly LimitView[],
): void {
  let policy = policies.get(limits);
  if (policy === undefined) policies.set(limits, (policy = policyOf(limits)));
  const { names, header } = policy;
  if (names.length === 0) return;
  let state = '';
  for (const [index, view] of views.entries()) {
    if (index > 0) state += ', ';
    state += `${names[index] ?? ''};r=${view.remaining}`;
    if ('requests' in view) state += `;t=${view.resets_in_seconds}`;
  }
  headers['ratelimit-policy'] = header;
  headers.ratelimit = state;
}

interface Policy {
  names: string[];
  header: string;
}

const policies = new WeakMap<readonly Limit[], Policy>();

function policyOf(all: readonly Limit[]): Policy {
  const limits = all.filter(isRequestLimit);
  const names = limits.map(({ name }) => quoted(name));
  const parts = limits.map((limit, index) =>
    'requests' in limit
      ? `${names[index] ?? ''};q=${limit.requests};w=${limit.window_seconds}`
      : `${names[index] ?? ''};q=${limit.concurrent};qu="concurrent-requests"`,
  );
  return { names, header: parts.join(', ') };
}

/** A structured-field string: printable ASCII, with quotes and backslashes escaped. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/[^\x20-\x7e]/g, '?').replaceAll(/["\\]/g, String.raw`\$&`)}"`;
