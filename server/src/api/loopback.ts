import { inRanges } from '../access/index.ts';

const LOOPBACK = ['127.0.0.0/8', '::1'];

/**
 * Whether a request was meant for this machine by name. A page in a browser here may have its own name lead to a loopback
 * address (DNS rebinding), and would read what is open to the machine itself; guarded by system.test.ts.
 */
export function isLoopbackHost(host: string | undefined): boolean {
  const name = (host ?? '').replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || isLoopback(name.replace(/^\[|\]$/g, ''));
}

export const isLoopback = (ip: string): boolean => inRanges(LOOPBACK, ip);
