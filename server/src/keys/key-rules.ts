import type { Budget, Limit, NameSelector, Role, Selectors } from '../access/index.ts';
import {
  AMOUNT_MAX,
  DECIMALS,
  GRANTS,
  isPattern,
  NO_SELECTORS,
  parseRange,
  ROLE_GRANTS,
} from '../access/index.ts';
import { invalidField } from '../base/errors.ts';
import { holdsKey } from '../base/key-text.ts';
import type { KeyRecord } from './key.ts';

const USD_MAX = AMOUNT_MAX / 10 ** DECIMALS.usd;

/** A selector that is left out selects everything. */
import { shownSelectors, workersOf, type SelectorsView } from './selectors-view.ts';

export interface SelectorsInput {
  workspaces?: Partial<NameSelector> | undefined;
  models?: Partial<NameSelector> | undefined;
  workers?: Partial<SelectorsView['workers']> | undefined;
  ips?: string[] | undefined;
}

/** Metadata is kept in memory with its key, and a list shows 200 of them. */
const METADATA_MAX_BYTES = 8 * 1024;

/** The settings of a key as a request gives them; `role` or `scopes`, not both. */
export interface SettingsInput {
  name?: string | undefined;
  role?: Role | undefined;
  scopes?: string[] | undefined;
  selectors?: SelectorsInput | undefined;
  limits?: Limit[] | undefined;
  budgets?: Budget[] | undefined;
  /** ISO 8601; null: the key never expires. */
  expires_at?: string | null | undefined;
  expires_in_seconds?: number | undefined;
  metadata?: Record<string, unknown> | undefined;
  tags?: string[] | undefined;
}

type SettingName =
  'name' | 'role' | 'grants' | 'selectors' | 'limits' | 'budgets' | 'expiresAt' | 'metadata' | 'tags';
export type Settings = Pick<KeyRecord, SettingName>;

export const NEW_SETTINGS: Settings = {
  name: '',
  role: null,
  grants: [],
  selectors: NO_SELECTORS,
  limits: [],
  budgets: [],
  expiresAt: null,
  metadata: {},
  tags: [],
};

/** @returns the settings after a request; those that it does not name stay as they were `before`. */
export function checkSettings(input: SettingsInput, before: Settings, nowMs: number): Settings {
  const { name, role, scopes, selectors, limits, budgets, metadata, tags } = input;
  const keepsExpiry = input.expires_at === undefined && input.expires_in_seconds === undefined;
  return {
    name: name === undefined ? before.name : checkName(name),
    role: role ?? (scopes === undefined ? before.role : null),
    grants: grantsOf(input) ?? before.grants,
    selectors:
      selectors === undefined
        ? before.selectors
        : checkSelectors({ ...shownSelectors(before.selectors), ...selectors }),
    limits: limits === undefined ? before.limits : checkLimits(limits),
    budgets: budgets === undefined ? before.budgets : checkBudgets(budgets),
    expiresAt: keepsExpiry ? before.expiresAt : checkExpiry(input, nowMs),
    metadata: metadata === undefined ? before.metadata : checkMetadata(metadata),
    tags: tags === undefined ? before.tags : checkTags(tags),
  };
}

/** A statement that the database refuses would end a whole import for one bad line. */
export function checkName(name: string): string {
  if (name.trim() === '' || name.includes('\0'))
    throw invalidField('name', 'must not be empty, and must not contain the character U+0000');
  refuseKey('name', name);
  return name;
}

/** Text beside a key is stored in clear: a secret pasted there would be in every copy of the database. Guarded by mint.test.ts. */
function refuseKey(field: string, text: string): void {
  if (holdsKey(text))
    throw invalidField(field, 'must not contain the text of a key: Keyward never stores it');
}

function checkTags(tags: readonly string[]): string[] {
  for (const [index, tag] of tags.entries()) refuseKey(`tags[${index}]`, tag);
  return [...new Set(tags)];
}

function grantsOf({ role, scopes }: SettingsInput): string[] | undefined {
  if (role !== undefined) return [...ROLE_GRANTS[role]];
  if (scopes === undefined) return undefined;
  const bad = scopes.findIndex((grant) => !GRANTS.includes(grant));
  if (bad >= 0) throw invalidField(`scopes[${bad}]`, 'must be a scope such as models:use, noun:* or *');
  return [...new Set(scopes)];
}

function checkMetadata(metadata: Record<string, unknown>): Record<string, unknown> {
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

function checkSelectors(given: SelectorsInput): Selectors {
  const selectors: Selectors = {
    workspaces: { ...NO_SELECTORS.workspaces, ...given.workspaces },
    models: { ...NO_SELECTORS.models, ...given.models },
    workers: workersOf(given.workers),
    ips: given.ips ?? [],
  };
  checkPatterns('selectors.workspaces', selectors.workspaces);
  checkPatterns('selectors.models', selectors.models);
  checkPatterns('selectors.workers', selectors.workers);
  const bad = selectors.ips.findIndex((range) => parseRange(range) === null);
  if (bad >= 0)
    throw invalidField(`selectors.ips[${bad}]`, 'must be an IP address or a CIDR range such as 10.0.0.0/8');
  return selectors;
}

export function checkLimits(limits: Limit[] = []): Limit[] {
  refuseTwins('limits', limits);
  for (const [index, limit] of limits.entries()) {
    const { name: _, ...counted } = limit;
    const counts: number[] = Object.values(counted);
    if (!counts.every((count) => Number.isSafeInteger(count) && count > 0))
      throw invalidField(
        `limits[${index}]`,
        'must have whole numbers from 1, such as {"requests": 60, "window_seconds": 60} or {"max_running": 4}',
      );
  }
  return limits;
}

export function checkBudgets(budgets: Budget[] = []): Budget[] {
  refuseTwins('budgets', budgets);
  for (const [index, { unit, amount }] of budgets.entries()) {
    const field = `budgets[${index}].amount`;
    // No leading zeros: the counters of `usage` take this text as it is.
    const match = /^(?:0|[1-9]\d{0,11})(?:\.(\d{1,9}))?$/.exec(amount);
    if (match === null) throw invalidField(field, 'must be a decimal number, such as 12.50 or "12.50"');
    const decimals = match[1]?.length ?? 0;
    if (decimals > DECIMALS[unit])
      throw invalidField(field, `must have at most ${DECIMALS[unit]} decimal places for ${unit}`);
    if (unit === 'usd' && Number(amount) > USD_MAX) throw invalidField(field, `must be at most ${USD_MAX}`);
  }
  return budgets;
}

function refuseTwins(field: string, items: readonly { name: string }[]): void {
  const names = items.map(({ name }) => name);
  const twin = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (twin >= 0) throw invalidField(`${field}[${twin}].name`, 'must have different names');
}

/** @returns ms since 1970; null: the key never expires. */
function checkExpiry({ expires_at, expires_in_seconds }: SettingsInput, nowMs: number): number | null {
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
