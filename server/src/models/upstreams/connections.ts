import type { Agent } from 'undici';
import { openOutbound } from '../../base/outbound/connections.ts';

/** Shorter than the 5 s after which uvicorn closes an idle connection: a request must not meet a closing one. */
const IDLE_MS = 4_000;
const CONNECTIONS_PER_ORIGIN_MAX = 1_024;

/**
 * Kept-alive connections to all upstreams. HTTP/1.1, one request at a time on each: a stream that stands still
 * never holds up another. Redirects are not followed, so that no upstream can send a request elsewhere.
 */
export function openConnections(): Agent {
  return openOutbound({
    policy: { kind: 'upstream' },
    pipelining: 1,
    keepAliveMs: IDLE_MS,
    connectionsPerOrigin: CONNECTIONS_PER_ORIGIN_MAX,
  });
}
