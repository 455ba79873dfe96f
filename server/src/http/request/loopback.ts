import type { IncomingHttpHeaders } from 'node:http';
import { inRanges } from '../../access/index.ts';

const LOOPBACK = ['127.0.0.0/8', '::1'];

/** Headers that proxies write. */
const FORWARDED = [
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-prefix',
  'x-real-ip',
  'forwarded',
  'via',
];

/** @param address as `socketAddress` writes it */
export const isLoopback = (address: string): boolean => address.startsWith('127.') || address === '::1';

/**
 * Whether somebody else may stand behind a connection from this machine: a proxy, or a page of another host whose name
 * resolves to a loopback address (DNS rebinding). A proxy that writes nothing cannot be noticed, so a connection from this
 * machine opens nothing by itself. Guarded by behind-proxies.test.ts.
 */
export function mayBeRelayed(headers: IncomingHttpHeaders): boolean {
  return !namesThisMachine(headers.host) || FORWARDED.some((name) => headers[name] !== undefined);
}

/** The last `Host`, and whether it names this machine: nearly all requests have the same one. */
let known: readonly [string | undefined, boolean] = [undefined, false];

function namesThisMachine(host: string | undefined): boolean {
  if (host !== known[0]) known = [host, isThisMachine(host ?? '')];
  return known[1];
}

function isThisMachine(host: string): boolean {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return true;
  return inRanges(LOOPBACK, name.replace(/^\[|\]$/g, ''));
}
