import type { SettingChange, Settings } from './settings.ts';

/** @returns a message for clients if the value is invalid. */
export type Check = (value: string) => string | undefined;

/** One setting. */
export interface SettingRow {
  name: string;
  /** `system`: one line, checked. Others: any text. `branding`: the look of the instance, also for managers. */
  kind: 'system' | 'preference' | 'branding';
  /** Stored sealed; only whether it is set is shown. */
  secret?: true;
  checks?: readonly Check[];
  /** @default 10,000, and 4,096 for `system` */
  maxCharacters?: number;
  /** Converts a text for storage. @default unchanged */
  write?: (text: string) => string;
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

/** A whole number. Other values, and values below the least, become the usual one. */
const wholeNumber =
  (least: number, usual: number) =>
  (text: string): string => {
    const number = Number(text);
    const isNumber = text.trim() !== '' && number >= least;
    return String(isNumber ? Math.min(Math.floor(number), NUMBER_MAX) : usual);
  };

/** At most three links, only of schemes that cannot run code. */
function links(text: string): string {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return '[]';
  }
  const fitting = (Array.isArray(entries) ? entries : []).filter((entry: unknown) => {
    const { url } = (entry ?? {}) as { url?: unknown };
    return typeof url === 'string' && /^(https?|mailto|tel):/i.test(url) && URL.canParse(url);
  });
  return JSON.stringify(fitting.slice(0, LINKS_MAX));
}

/** Every setting that the server reads itself. Those of model providers belong to a surface: `developer/system`. */
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

/** @returns the faults of a value of a `system` setting, one a line; undefined: it is valid. */
export function faultOf({ checks = [] }: SettingRow, value: string): string | undefined {
  if (value.length > SYSTEM_MAX_CHARACTERS) return 'Value is too long';
  if (/\p{Cc}/u.test(value)) return 'Value must be one line of text';
  const faults = checks.map((check) => check(value)).filter((fault) => fault !== undefined);
  return faults.length === 0 ? undefined : faults.join('\n');
}

/** The preferences that a user may see and change. */
export type PreferenceGroup = 'all' | 'branding';

const preferenceOf = (name: string, group: PreferenceGroup): SettingRow | undefined =>
  SETTINGS.find(
    (row) => row.name === name && (row.kind === 'branding' || (group === 'all' && row.kind === 'preference')),
  );

/** The values of preferences; null: not set. Of a secret only whether it is set. */
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

/** Reads changes of preferences. Unknown names, names outside the group, and values other than text, number and boolean are ignored. */
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

/** '' for null, which removes a preference. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? '' : typeof value === 'string' ? value : undefined;
}
