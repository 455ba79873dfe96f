import type { SettingChange, Settings } from './settings.ts';

/** What is wrong with a value, in the words that clients show; undefined: nothing. */
export type Check = (value: string) => string | undefined;

/** One setting, as it is read, kept and shown. */
export interface SettingRow {
  /** It is kept under it. */
  name: string;
  /** `system`: a value of one line that is checked. The others hold any text; `branding`: how the instance looks, also for managers. */
  kind: 'system' | 'preference' | 'branding';
  /** Kept sealed; only whether there is one is shown. */
  secret?: true;
  checks?: readonly Check[];
  /** @default 10,000, and 4,096 for `system` */
  maxCharacters?: number;
  /** What is kept of a text; null takes the setting away. Left out: the text as it is. */
  write?: (text: string) => string | null;
}

const SYSTEM_MAX_CHARACTERS = 4_096;
const TEXT_MAX_CHARACTERS = 10_000;
const PROMPT_MAX_CHARACTERS = 100_000;
const NUMBER_MAX = 1e9;
const LINKS_MAX = 3;

export const aboveZero: Check = (value) => {
  if (value.trim() === '' || Number.isNaN(Number(value))) return 'Value must be a number';
  return Number(value) <= 0 ? 'Value must be greater than zero' : undefined;
};

/** A whole number; what is none, or less than the least, is as if the usual one had been said. */
const wholeNumber =
  (least: number, usual: number) =>
  (text: string): string => {
    const number = Number(text);
    const isNumber = text.trim() !== '' && number >= least;
    return String(isNumber ? Math.min(Math.floor(number), NUMBER_MAX) : usual);
  };

/** Links that a page may show: three at most, of schemes that run nothing. */
function links(text: string): string {
  const entries = listIn(text).filter((entry) => {
    const { url } = (entry ?? {}) as { url?: unknown };
    return typeof url === 'string' && /^(https?|mailto|tel):/i.test(url) && URL.canParse(url);
  });
  return JSON.stringify(entries.slice(0, LINKS_MAX));
}

function listIn(json: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(json);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** Every setting that this server reads itself. Those of providers of models are a surface's: `developer/system`. */
export const SETTINGS: readonly SettingRow[] = [
  { name: 'LLMModelPref', kind: 'system' },
  { name: 'LLMTokenLimit', kind: 'system', checks: [aboveZero] },
  { name: 'LLMToolModels', kind: 'system' },
  { name: 'ImageModelPref', kind: 'system' },
  { name: 'RerankModelPref', kind: 'system' },
  { name: 'WidgetChatsPerAddressPerMinute', kind: 'system', checks: [aboveZero] },
  { name: 'WidgetChatsPerAddressPerDay', kind: 'system', checks: [aboveZero] },
  { name: 'support_email', kind: 'branding' },
  { name: 'custom_app_name', kind: 'branding' },
  { name: 'meta_page_title', kind: 'branding' },
  { name: 'meta_page_favicon', kind: 'branding' },
  { name: 'footer_data', kind: 'branding', write: links },
  { name: 'text_splitter_chunk_size', kind: 'preference', write: wholeNumber(1, 1_000) },
  { name: 'text_splitter_chunk_overlap', kind: 'preference', write: wholeNumber(0, 20) },
  { name: 'default_system_prompt', kind: 'preference', maxCharacters: PROMPT_MAX_CHARACTERS },
  { name: 'hub_api_key', kind: 'preference', secret: true },
];

/** @returns what is wrong with a value of a setting of the kind `system`, one line each; undefined: nothing. */
export function faultOf({ checks = [] }: SettingRow, value: string): string | undefined {
  if (value.length > SYSTEM_MAX_CHARACTERS) return 'Value is too long';
  if (/\p{Cc}/u.test(value)) return 'Value must be one line of text';
  const faults = checks.map((check) => check(value)).filter((fault) => fault !== undefined);
  return faults.length === 0 ? undefined : faults.join('\n');
}

/** Those that somebody may see and change. */
export type PreferenceGroup = 'all' | 'branding';

const preferenceOf = (name: string, group: PreferenceGroup): SettingRow | undefined =>
  SETTINGS.find(
    (row) => row.name === name && (row.kind === 'branding' || (group === 'all' && row.kind === 'preference')),
  );

/** Of those that are asked for; null: not set. Of a secret only whether there is one. */
export async function shownPreferences(
  settings: Pick<Settings, 'many'>,
  names: readonly string[],
  group: PreferenceGroup,
): Promise<Record<string, string | boolean | null>> {
  const rows = [...new Set(names)].flatMap((name) => preferenceOf(name, group) ?? []);
  const known = rows.map(({ name }) => name);
  const values = known.length === 0 ? new Map<string, string>() : await settings.many(known);
  return Object.fromEntries(
    rows.map(({ name, secret }) => [name, secret === true ? values.has(name) : (values.get(name) ?? null)]),
  );
}

/**
 * What a request to change preferences comes to. Names that are unknown, or not in the group, and values that are no text, number
 * or boolean, are left out.
 */
export function readPreferences(
  body: Readonly<Record<string, unknown>>,
  group: PreferenceGroup = 'all',
): { changes: Record<string, SettingChange> } | { tooLong: string } {
  const changes: Record<string, SettingChange> = {};
  for (const [name, value] of Object.entries(body)) {
    const row = preferenceOf(name, group);
    const text = textOf(value);
    if (row === undefined || text === undefined) continue;
    const { secret = false, maxCharacters = TEXT_MAX_CHARACTERS, write = (same) => same } = row;
    if (text.length > maxCharacters) return { tooLong: name };
    if (secret && text.includes('******')) continue;
    changes[name] = { value: text === '' ? null : write(text), secret };
  }
  return { changes };
}

/** '' for null, which takes a preference away. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? '' : typeof value === 'string' ? value : undefined;
}
