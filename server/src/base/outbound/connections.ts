import { lookup as dnsLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import { isPlatformHost, mayReach, type OutboundPolicy } from './addresses.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const HEADER_MAX_BYTES = 64 * 1024;

export interface OutboundOptions {
  policy: OutboundPolicy;
  /** @default the resolver of this machine */
  lookup?: typeof dnsLookup | undefined;
  /** 1: connections are kept; 0: each request has its own connection, and so its own check. */
  pipelining: 0 | 1;
  keepAliveMs?: number;
  connectionsPerOrigin?: number;
  /** PEM of certificate authorities. @default those of the system */
  ca?: string;
  /** A unix socket of this machine, which every connection goes to: there is no address to check. */
  socketPath?: string;
}

export class ForbiddenAddressError extends Error {
  readonly code = 'KEYWARD_FORBIDDEN_ADDRESS';
  constructor() {
    super('The host name resolves to an address that this server must not connect to.');
  }
}

/**
 * The one client for outgoing requests (only-way.test.ts). Checks the address of each connection: literals and all answers
 * of the resolver. HTTP/1.1; it follows no redirects and uses no proxy of the environment.
 */
export function openOutbound({
  policy,
  lookup,
  pipelining,
  ca,
  socketPath,
  ...pool
}: OutboundOptions): Agent {
  const connector = buildConnector({
    timeout: CONNECT_TIMEOUT_MS,
    lookup: guardedLookup(policy, lookup),
    autoSelectFamily: true,
    allowH2: false,
    ...(ca === undefined ? {} : { ca }),
    ...(socketPath === undefined ? {} : { socketPath }),
  });
  return new Agent({
    connect: (options, callback) => {
      const refused = refuseLiteral(options.hostname, policy);
      if (refused === undefined) connector(options, callback);
      else callback(refused, null);
    },
    pipelining,
    maxHeaderSize: HEADER_MAX_BYTES,
    ...(pool.keepAliveMs === undefined ? {} : { keepAliveTimeout: pool.keepAliveMs }),
    ...(pool.connectionsPerOrigin === undefined ? {} : { connections: pool.connectionsPerOrigin }),
  });
}

/** Looks the name up for the connection: a later look-up could give another address (DNS rebinding). All must be allowed. */
export function guardedLookup(policy: OutboundPolicy, lookup: typeof dnsLookup = dnsLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error: Error | null, addresses: LookupAddress[]) => {
      if (error !== null) return callback(error, []);
      const isNamed = policy.kind === 'upstream' && isPlatformHost(hostname);
      if (isNamed || !addresses.every(({ address }) => mayReach(address, policy)))
        return callback(new ForbiddenAddressError(), []);
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses;
      if (first === undefined) return callback(new Error('The host name has no address.'), []);
      return callback(null, first.address, first.family);
    });
  };
}

/** A literal address is not looked up: this is its check. */
export function refuseLiteral(hostname: string, policy: OutboundPolicy): ForbiddenAddressError | undefined {
  const bare = hostname.replace(/^\[|\]$/g, '');
  return isIP(bare) !== 0 && !mayReach(bare, policy) ? new ForbiddenAddressError() : undefined;
}
