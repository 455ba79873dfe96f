import type { SettingChange } from './settings.ts';

const TEXT_MAX_CHARACTERS = 10_000;
const PROMPT_MAX_CHARACTERS = 100_000;

interface Preference {
  maxCharacters: number;
  /** What is stored of a value; null takes the preference away. */
  read?: (text: string) => string | null;
  secret?: true;
}

const text: Preference = { maxCharacters: TEXT_MAX_CHARACTERS };

const numberFrom = (least: number, otherwise: number): Preference => ({
  ...text,
  read: (value) => {
    const number = Number(value);
    return String(value.trim() !== '' && number >= least ? Math.min(Math.floor(number), 1e9) : otherwise);
  },
});

const yesOrNo: Preference = { ...text, read: (value) => String(value === 'true') };

const links: Preference = {
  ...text,
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
  ['support_email', text],
  ['custom_app_name', text],
  ['meta_page_title', text],
  ['meta_page_favicon', text],
  ['footer_data', links],
  ['users_can_delete_workspaces', yesOrNo],
  ['limit_user_messages', yesOrNo],
  ['message_limit', numberFrom(1, 10)],
  ['text_splitter_chunk_size', numberFrom(1, 1_000)],
  ['text_splitter_chunk_overlap', numberFrom(0, 20)],
  ['default_system_prompt', { maxCharacters: PROMPT_MAX_CHARACTERS }],
  ['hub_api_key', { ...text, secret: true }],
]);

/** What a request to change preferences comes to. Names that are unknown, and values that are no text, number or boolean, are left out. */
export function readPreferences(
  body: Readonly<Record<string, unknown>>,
): { changes: Record<string, SettingChange> } | { tooLong: string } {
  const changes: Record<string, SettingChange> = {};
  for (const [name, value] of Object.entries(body)) {
    const preference = PREFERENCES.get(name);
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
