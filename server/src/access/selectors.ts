import ipaddr from 'ipaddr.js';

/** Patterns: a name, or how it begins and a `*`: `provider/*`, `gpt-*`, `*`. An empty `allow` allows all; `deny` wins. */
export interface NameSelector {
  allow: string[];
  deny: string[];
}

/** Which things a key covers, beside what it may do with them. */
export interface Selectors {
  workspaces: NameSelector;
  models: NameSelector;
  /** CIDR ranges or single addresses from which the key works; empty: from everywhere. */
  ips: string[];
}

export const NO_SELECTORS: Selectors = {
  workspaces: { allow: [], deny: [] },
  models: { allow: [], deny: [] },
  ips: [],
};

export type ResourceType = 'workspace' | 'model';

/** Also tells whether a pattern lies within another: all names that `name` stands for are then names of `pattern`. */
export function matchesPattern(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}

/** A `*` anywhere but at the end would match nothing, and a deny that denies nothing is worse than an error. */
export const isPattern = (text: string): boolean => /^[^*]*\*?$/.test(text);

export function selects(selector: NameSelector, name: string): boolean {
  if (selector.deny.some((pattern) => matchesPattern(pattern, name))) return false;
  return selector.allow.length === 0 || selector.allow.some((pattern) => matchesPattern(pattern, name));
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/**
 * IPv4 in IPv6 clothes counts as IPv4, or a key bound to 10.0.0.0/8 would not work through a dual-stack socket.
 * Only four plain decimal parts: `010.0.0.1` is 8.0.0.1 to some programs, `1` is 0.0.0.1.
 */
function parseAddress(text: string): Address | null {
  if (!text.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null;
  return ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;
}

/** @returns the address and how many of its first bits count; null for text that is neither address nor range. */
export function parseRange(text: string): [Address, number] | null {
  const [, host = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (address === null) return null;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [address, width];
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; one that is wider than all of IPv4 stays what it is.
  const mapped = width === 32 && host.includes(':');
  if (mapped && Number(bits) < 96)
    return Number(bits) <= 128 ? [ipaddr.IPv6.parse(host), Number(bits)] : null;
  const length = Number(bits) - (mapped ? 96 : 0);
  return length <= width ? [address, length] : null;
}

export function inRanges(ranges: readonly string[], ip: string): boolean {
  const address = parseAddress(ip);
  if (address === null) return false;
  return ranges.some((text) => {
    const range = parseRange(text);
    return range !== null && range[0].kind() === address.kind() && address.match(range);
  });
}

/** The same for many addresses: the ranges are taken apart once. */
export function rangeMatcher(ranges: readonly string[]): (ip: string) => boolean {
  const parsed = ranges.map(parseRange).filter((range) => range !== null);
  return (ip) => {
    const address = parseAddress(ip);
    return (
      address !== null && parsed.some((range) => range[0].kind() === address.kind() && address.match(range))
    );
  };
}

/** An address in the one spelling that it has everywhere here; undefined for text that is none. */
export const plainAddress = (text: string): string | undefined => parseAddress(text)?.toString();

/** Whether every address of `inner` is in one range of `outer`. */
export function rangesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  return inner.every((text) => {
    const range = parseRange(text);
    if (range === null) return false;
    return outer.some((candidate) => {
      const wide = parseRange(candidate);
      if (wide === null || wide[0].kind() !== range[0].kind() || wide[1] > range[1]) return false;
      return range[0].match(wide);
    });
  });
}
