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

/** Whether a selector covers all that there is, now and later. */
export const coversAll = ({ allow, deny }: NameSelector): boolean => allow.length + deny.length === 0;

export function selects(selector: NameSelector, name: string): boolean {
  if (selector.deny.some((pattern) => matchesPattern(pattern, name))) return false;
  return selector.allow.length === 0 || selector.allow.some((pattern) => matchesPattern(pattern, name));
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** The first address, and how many of its bits count. */
type Range = [Address, number];

/**
 * IPv4 in IPv6 clothes counts as IPv4, or a key bound to 10.0.0.0/8 would not work through a dual-stack socket.
 * Only four plain decimal parts: `010.0.0.1` is 8.0.0.1 to some programs, `1` is 0.0.0.1.
 */
function parseAddress(text: string): Address | null {
  if (!text.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null;
  return ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;
}

/** @returns the address and how many of its first bits count; null for text that is neither address nor range. */
export function parseRange(text: string): Range | null {
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

const contains = ([wide, wideBits]: Range, [narrow, bits]: Range): boolean =>
  wide.kind() === narrow.kind() && wideBits <= bits && narrow.match([wide, wideBits]);

/** Whether every address of `inner` is in one range of `outer`. */
export function rangesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  const wide = outer.flatMap((text) => optional(parseRange(text)));
  return inner.every((text) => {
    const range = parseRange(text);
    return range !== null && wide.some((candidate) => contains(candidate, range));
  });
}

const optional = <T>(value: T | null): T[] => (value === null ? [] : [value]);

/** No address is within it. */
const NOWHERE = 'nowhere';

/** Names that both select. Two patterns are apart, or one lies within the other; so the answer is again patterns. */
function bothNames(a: NameSelector, b: NameSelector): NameSelector {
  const deny = [...new Set([...a.deny, ...b.deny])];
  if (a.allow.length === 0 || b.allow.length === 0) return { allow: [...a.allow, ...b.allow], deny };
  const allow = [...new Set(narrower(a.allow, b.allow, matchesPattern))];
  // An empty list would allow everything.
  return allow.length === 0 ? { allow: [], deny: ['*'] } : { allow, deny };
}

function bothRanges(a: readonly string[], b: readonly string[]): string[] {
  if (a.length === 0 || b.length === 0) return [...a, ...b];
  const parsed = (ranges: readonly string[]) =>
    ranges.flatMap((text) => optional(parseRange(text)).map((range) => ({ text, range })));
  const both = narrower(parsed(a), parsed(b), (wide, narrow) => contains(wide.range, narrow.range));
  return both.length === 0 ? [NOWHERE] : [...new Set(both.map(({ text }) => text))];
}

/** Of each pair in which one contains the other, the one that is contained. */
export function narrower<T>(a: readonly T[], b: readonly T[], contain: (wide: T, narrow: T) => boolean): T[] {
  const inB = new Set(a.filter((one) => b.some((wide) => contain(wide, one))));
  const beyond = a.filter((one) => !inB.has(one));
  return [...inB, ...b.filter((one) => beyond.some((wide) => contain(wide, one)))];
}

/**
 * What two selectors both cover, as selectors: whoever reads them cannot forget the other one. Guarded by
 * intersection.test.ts.
 */
export const bothSelect = (a: Selectors, b: Selectors): Selectors => ({
  workspaces: bothNames(a.workspaces, b.workspaces),
  models: bothNames(a.models, b.models),
  ips: bothRanges(a.ips, b.ips),
});
