import ipaddr from 'ipaddr.js';

/** Patterns: a name, or a prefix and `*`: `provider/*`, `gpt-*`, `*`. An empty `allow` allows all; `deny` wins. */
export interface NameSelector {
  allow: string[];
  deny: string[];
}

export interface Selectors {
  workspaces: NameSelector;
  models: NameSelector;
  /** Ids of the owners whose workers may have its jobs. */
  workers: NameSelector;
  /** CIDR ranges or single addresses from which the key works; empty: all addresses. */
  ips: string[];
}

export const NO_SELECTORS: Selectors = {
  workspaces: { allow: [], deny: [] },
  models: { allow: [], deny: [] },
  workers: { allow: [], deny: [] },
  ips: [],
};

/** `worker`: the id of its owner. */
export type ResourceType = 'workspace' | 'model' | 'worker';

/** @param name also a pattern: then whether `pattern` contains it. */
export function matchesPattern(pattern: string, name: string): boolean {
  return pattern === name || (pattern.endsWith('*') && name.startsWith(pattern.slice(0, -1)));
}

/** A `*` that is not at the end would match nothing: a deny with it would deny nothing. */
export const isPattern = (text: string): boolean => /^[^*]*\*?$/.test(text);

export const coversAll = ({ allow, deny }: NameSelector): boolean => allow.length + deny.length === 0;

export const selects = (selector: NameSelector, name: string): boolean => selectsByAny(selector, [name]);

/** Of something with several names: each of them may be allowed or denied. */
export function selectsByAny({ allow, deny }: NameSelector, names: readonly string[]): boolean {
  const fits = (pattern: string): boolean => names.some((name) => matchesPattern(pattern, name));
  return !deny.some(fits) && (allow.length === 0 || allow.some(fits));
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** The first address and the prefix length. */
type Range = [Address, number];

/**
 * An IPv4-mapped IPv6 address counts as IPv4: a key bound to 10.0.0.0/8 works through a dual-stack socket.
 * Only four plain decimal parts: for some programs `010.0.0.1` is 8.0.0.1, and `1` is 0.0.0.1.
 */
function parseAddress(text: string): Address | null {
  if (!text.includes(':')) return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : null;
  return ipaddr.IPv6.isValid(text) ? ipaddr.process(text) : null;
}

/** @returns null for text that is neither an address nor a range. */
export function parseRange(text: string): Range | null {
  const [, host = '', bits] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (address === null) return null;
  const width = address.kind() === 'ipv4' ? 32 : 128;
  if (bits === undefined) return [address, width];
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a range wider than all of IPv4 stays IPv6.
  const mapped = width === 32 && host.includes(':');
  if (mapped && Number(bits) < 96)
    return Number(bits) <= 128 ? [ipaddr.IPv6.parse(host), Number(bits)] : null;
  const length = Number(bits) - (mapped ? 96 : 0);
  return length <= width ? [address, length] : null;
}

const rangesOf = (ranges: readonly string[]): Range[] =>
  ranges.map(parseRange).filter((range) => range !== null);

function rangeMatcher(ranges: readonly string[]): (ip: string) => boolean {
  const parsed = rangesOf(ranges);
  return (ip) => {
    const address = parseAddress(ip);
    if (address === null) return false;
    return parsed.some((range) => range[0].kind() === address.kind() && address.match(range));
  };
}

const matchers = new WeakMap<readonly string[], (ip: string) => boolean>();

/** Parses a list once, such as the selector of a key in memory, and not for each request. */
export function inRanges(ranges: readonly string[], ip: string): boolean {
  let matcher = matchers.get(ranges);
  if (matcher === undefined) matchers.set(ranges, (matcher = rangeMatcher(ranges)));
  return matcher(ip);
}

/** An address in its canonical spelling; undefined for other text. */
export const plainAddress = (text: string): string | undefined => parseAddress(text)?.toString();

const contains = ([wide, wideBits]: Range, [narrow, bits]: Range): boolean =>
  wide.kind() === narrow.kind() && wideBits <= bits && narrow.match([wide, wideBits]);

/** Whether every address of `inner` is in one range of `outer`. */
export function rangesWithin(inner: readonly string[], outer: readonly string[]): boolean {
  const wide = rangesOf(outer);
  return inner.every((text) => {
    const range = parseRange(text);
    return range !== null && wide.some((candidate) => contains(candidate, range));
  });
}

/** A range without addresses. */
const NOWHERE = 'nowhere';

/** Two patterns are disjoint, or one contains the other: the intersection has patterns too. */
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
    ranges.flatMap((text) => {
      const range = parseRange(text);
      return range === null ? [] : [{ text, range }];
    });
  const both = narrower(parsed(a), parsed(b), (wide, narrow) => contains(wide.range, narrow.range));
  return both.length === 0 ? [NOWHERE] : [...new Set(both.map(({ text }) => text))];
}

/** The contained one of each pair in which one contains the other. */
export function narrower<T>(a: readonly T[], b: readonly T[], contain: (wide: T, narrow: T) => boolean): T[] {
  const inB = new Set(a.filter((one) => b.some((wide) => contain(wide, one))));
  const beyond = a.filter((one) => !inB.has(one));
  return [...inB, ...b.filter((one) => beyond.some((wide) => contain(wide, one)))];
}

/** The intersection of two selectors. Guarded by intersection.test.ts. */
export const bothSelect = (a: Selectors, b: Selectors): Selectors => ({
  workspaces: bothNames(a.workspaces, b.workspaces),
  models: bothNames(a.models, b.models),
  workers: bothNames(a.workers, b.workers),
  ips: bothRanges(a.ips, b.ips),
});
