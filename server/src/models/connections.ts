import { Agent, buildConnector } from 'undici';
import { guardedLookup, refuseLiteral } from './base-url.ts';

const CONNECT_TIMEOUT_MS = 10_000;
/** Shorter than the 5 s after which uvicorn closes an idle connection: a request must not meet a closing one. */
const IDLE_MS = 4_000;
const CONNECTIONS_PER_ORIGIN_MAX = 1_024;
const HEADER_MAX_BYTES = 64 * 1024;

/**
 * Kept-alive connections to all upstreams. HTTP/1.1, one request at a time on each: a stream that stands still
 * never holds up another. Redirects are not followed, so that no upstream can send a request elsewhere.
 */
export function openConnections(): Agent {
  const connector = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup: guardedLookup(),
    autoSelectFamily: true,
    allowH2: false,
  });
  return new Agent({
    connect: (options, callback) => {
      const refused = refuseLiteral(options.hostname);
      if (refused === undefined) connector(options, callback);
      else callback(refused, null);
    },
    pipelining: 1,
    connections: CONNECTIONS_PER_ORIGIN_MAX,
    keepAliveTimeout: IDLE_MS,
    maxHeaderSize: HEADER_MAX_BYTES,
  });
}
