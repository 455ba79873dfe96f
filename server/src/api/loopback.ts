import { inRanges } from '../access/index.ts';

const LOOPBACK = ['127.0.0.0/8', '::1'];

/**
 * Whether the Host header names this machine. A page of another host whose name resolves to a loopback address (DNS
 * rebinding) could otherwise read what is open to this machine. Guarded by system.test.ts.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
}

export const isLoopback = (ip: string): boolean => inRanges(LOOPBACK, ip);
