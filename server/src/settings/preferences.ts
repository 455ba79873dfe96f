import type { SettingChange, Settings } from './settings.ts';

const TEXT_MAX_CHARACTERS = 10_000;
const PROMPT_MAX_CHARACTERS = 100_000;

interface Preference {
  maxCharacters: number;
  /** What is stored of a value; null takes the preference away. */
  read?: (text: string) => string | null;
  secret?: true;
  /** How the instance looks: also for managers. */
  isBranding?: true;
}

/** Those that somebody may see and change. */
export type PreferenceGroup = 'all' | 'branding';

const text: Preference = { maxCharacters: TEXT_MAX_CHARACTERS };
const branding: Preference = { ...text, isBranding: true };

const numberFrom = (least: number, otherwise: number): Preference => ({
  ...text,
  read: (value) => {
    const number = Number(value);
    return String(value.trim() !== '' && number >= least ? Math.min(Math.floor(number), 1e9) : otherwise);
  },
});

const links: Preference = {
  ...branding,
  read: (value) => {
    const entries = listed(value).filter((entry) => {
      const { url } = (entry ?? {}) as { url?: unknown };
      return typeof url === 'string' && /^(https?|mailto|tel):/i.test(url) && URL.canParse(url);
    });
    return JSON.stringify(entries.slice(0, 3));
  },
};

function listed(value: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** What administrators may set about the instance as a whole, by the names that clients have for it. */
const PREFERENCES = new Map<string, Preference>([
  ['support_email', branding],
  ['custom_app_name', branding],
  ['meta_page_title', branding],
  ['meta_page_favicon', branding],
  ['footer_data', links],
  ['text_splitter_chunk_size', numberFrom(1, 1_000)],
  ['text_splitter_chunk_overlap', numberFrom(0, 20)],
  ['default_system_prompt', { maxCharacters: PROMPT_MAX_CHARACTERS }],
  ['hub_api_key', { ...text, secret: true }],
]);

function preferenceOf(name: string, group: PreferenceGroup): Preference | undefined {
  const preference = PREFERENCES.get(name);
  return group === 'all' || preference?.isBranding === true ? preference : undefined;
}

/** Of those that are asked for; null: not set. Of a secret only whether there is one. */
export async function shownPreferences(
  settings: Settings,
  names: readonly string[],
  group: PreferenceGroup,
): Promise<Record<string, string | boolean | null>> {
  const known = [...new Set(names)].filter((name) => preferenceOf(name, group) !== undefined);
  const values = known.length === 0 ? new Map<string, string>() : await settings.many(known);
  const shown = (name: string) =>
    PREFERENCES.get(name)?.secret === true ? values.has(name) : (values.get(name) ?? null);
  return Object.fromEntries(known.map((name) => [name, shown(name)]));
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
    const preference = preferenceOf(name, group);
    if (preference === undefined) continue;
    const given = textOf(value);
    if (given === undefined) continue;
    if (given.length > preference.maxCharacters) return { tooLong: name };
    if (given.includes('******') && preference.secret === true) continue;
    const stored = given === '' ? null : (preference.read ?? ((same) => same))(given);
    changes[name] = { value: stored, secret: preference.secret === true };
  }
  return { changes };
}

/** '' for null, which takes a preference away. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return value === null ? '' : typeof value === 'string' ? value : undefined;
}
