import type { Budget, Limit, NameSelector, Selectors } from '../access/index.ts';
import { AMOUNT_MAX, DECIMALS, GRANTS, isPattern, NO_SELECTORS, parseRange } from '../access/index.ts';
import { invalidField } from '../base/errors.ts';
import { holdsKey } from '../base/key-text.ts';

const USD_MAX = AMOUNT_MAX / 10 ** DECIMALS.usd;

/** Selectors as a request may give them: what is left out selects everything. */
export interface SelectorsInput {
  workspaces?: Partial<NameSelector> | undefined;
  models?: Partial<NameSelector> | undefined;
  ips?: string[] | undefined;
}

/** A key's metadata lies in memory with it, and a list shows 200 of them. */
const METADATA_MAX_BYTES = 8 * 1024;

/** A statement that the database refuses would end a whole import for one bad line. */
export function checkName(name: string): string {
  if (name.trim() === '' || name.includes('\0'))
    throw invalidField('name', 'must not be empty, and must not contain the character U+0000');
  refuseKey('name', name);
  return name;
}

/**
 * What is stored beside a key is stored and shown in clear: a secret pasted there would make a stolen database
 * worth stealing. Guarded by mint.test.ts.
 */
function refuseKey(field: string, text: string): void {
  if (holdsKey(text))
    throw invalidField(field, 'must not contain the text of a key: Keyward never stores it');
}

export function checkTags(tags: readonly string[] = []): string[] {
  for (const [index, tag] of tags.entries()) refuseKey(`tags[${index}]`, tag);
  return [...new Set(tags)];
}

/** @returns the grants, each once. */
export function checkGrants(grants: readonly string[] = []): string[] {
  const bad = grants.findIndex((grant) => !GRANTS.includes(grant));
  if (bad >= 0) throw invalidField(`scopes[${bad}]`, 'must be a scope such as models:use, noun:* or *');
  return [...new Set(grants)];
}

export function checkMetadata(metadata: Record<string, unknown> = {}): Record<string, unknown> {
  const text = JSON.stringify(metadata);
  if (Buffer.byteLength(text) > METADATA_MAX_BYTES)
    throw invalidField('metadata', `must be at most ${METADATA_MAX_BYTES} bytes of JSON`);
  refuseKey('metadata', text);
  return metadata;
}

function checkPatterns(field: string, { allow, deny }: NameSelector): void {
  for (const [list, patterns] of Object.entries({ allow, deny })) {
    const bad = patterns.findIndex((pattern) => !isPattern(pattern));
    if (bad >= 0)
      throw invalidField(
        `${field}.${list}[${bad}]`,
        'may have a * only at its end, such as openai/* or gpt-*',
      );
  }
}

export function checkSelectors(given: SelectorsInput = {}): Selectors {
  const selectors: Selectors = {
    workspaces: { ...NO_SELECTORS.workspaces, ...given.workspaces },
    models: { ...NO_SELECTORS.models, ...given.models },
    ips: given.ips ?? [],
  };
  checkPatterns('selectors.workspaces', selectors.workspaces);
  checkPatterns('selectors.models', selectors.models);
  const bad = selectors.ips.findIndex((range) => parseRange(range) === null);
  if (bad >= 0)
    throw invalidField(`selectors.ips[${bad}]`, 'must be an IP address or a CIDR range such as 10.0.0.0/8');
  return selectors;
}

export function checkLimits(limits: Limit[] | undefined): Limit[] {
  refuseTwins('limits', limits ?? []);
  for (const [index, limit] of (limits ?? []).entries()) {
    const counts = 'concurrent' in limit ? [limit.concurrent] : [limit.requests, limit.window_seconds];
    if (!counts.every((count) => Number.isSafeInteger(count) && count > 0))
      throw invalidField(
        `limits[${index}]`,
        'must have whole numbers from 1, such as {"requests": 60, "window_seconds": 60}',
      );
  }
  return limits ?? [];
}

export function checkBudgets(budgets: Budget[] | undefined): Budget[] {
  refuseTwins('budgets', budgets ?? []);
  for (const [index, { unit, amount }] of (budgets ?? []).entries()) {
    const field = `budgets[${index}].amount`;
    // Zeros in front are not for the counters of `usage`, which take this text as it is.
    const match = /^(?:0|[1-9]\d{0,11})(?:\.(\d{1,9}))?$/.exec(amount);
    if (match === null) throw invalidField(field, 'must be a decimal number as text, such as "12.50"');
    const decimals = match[1]?.length ?? 0;
    if (decimals > DECIMALS[unit])
      throw invalidField(field, `must have at most ${DECIMALS[unit]} decimal places for ${unit}`);
    if (unit === 'usd' && Number(amount) > USD_MAX) throw invalidField(field, `must be at most ${USD_MAX}`);
  }
  return budgets ?? [];
}

function refuseTwins(field: string, items: readonly { name: string }[]): void {
  const names = items.map(({ name }) => name);
  const twin = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twin >= 0) throw invalidField(`${field}[${twin}].name`, 'must have different names');
}

/** @returns ms since 1970, or null for no end. */
export function checkExpiry(
  given: { expires_at?: string | null | undefined; expires_in_seconds?: number | undefined },
  nowMs: number,
): number | null {
  const { expires_at, expires_in_seconds } = given;
  if (expires_in_seconds !== undefined) {
    if (typeof expires_at === 'string')
      throw invalidField('expires_at', 'send only one of expires_at and expires_in_seconds');
    return nowMs + expires_in_seconds * 1000;
  }
  if (expires_at === undefined || expires_at === null) return null;
  const atMs = Date.parse(expires_at);
  if (Number.isNaN(atMs))
    throw invalidField('expires_at', 'must be an RFC 3339 date-time such as 2027-01-31T09:00:00Z');
  if (atMs <= nowMs) throw invalidField('expires_at', 'must be in the future');
  return atMs;
}
