import { KeywardError } from '../base/errors.ts';

const ORIGINS_MAX = 200;
const ENTRY_MAX_CHARACTERS = 300;

/** `https://*.example.com:8443`: scheme, an optional `*.`, host, an optional port. */
const ENTRY = /^(https?):\/\/(\*\.)?([^/?#@*\s]*[^/?#@*\s:])$/i;

/**
 * The sites that may show a widget, as they are stored: origins such as `https://example.com` or `https://*.example.com`.
 * An entry without a scheme means https; a path is dropped. null: any site.
 * @param value a list, or text with commas between.
 * @throws KeywardError `bad_request`: a list that cannot be read must never come to mean any site.
 */
export function readAllowlist(value: unknown): string[] | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string' && value.length > ORIGINS_MAX * ENTRY_MAX_CHARACTERS) throw tooMany();
  const entries = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(entries)) throw unreadable('it must be a list, or text with commas');
  // It could mean "nobody" or "anybody".
  if (entries.length === 0) throw unreadable('it is empty');
  if (entries.length > ORIGINS_MAX) throw tooMany();
  return [...new Set(entries.map(readEntry))];
}

function readEntry(entry: unknown, index: number): string {
  const text = typeof entry === 'string' ? entry.trim() : '';
  const fault = unreadable(`entry ${index + 1} is not a site`);
  if (text === '' || text.length > ENTRY_MAX_CHARACTERS) throw fault;
  const full = /^https?:\/\//i.test(text) ? text : `https://${text}`;
  const [, scheme = '', any = '', host = ''] =
    ENTRY.exec(full.replace(/^(https?:\/\/[^/?#]*)[/?#].*$/i, '$1')) ?? [];
  const url = `${scheme}://${host}`;
  if (host === '' || !URL.canParse(url)) throw fault;
  const parsed = new URL(url);
  // `*.com` would be every site of the domain.
  if (any !== '' && !/[^.]\.[^.]/.test(parsed.hostname)) throw fault;
  return `${parsed.protocol}//${any}${parsed.host}`;
}

const tooMany = (): KeywardError => unreadable(`it has more than ${ORIGINS_MAX} entries`);

const unreadable = (why: string): KeywardError =>
  new KeywardError('bad_request', `allowlist_domains cannot be read: ${why}.`, {
    hint: 'Send ["https://example.com", "https://*.example.org"], or null for any site.',
  });

/**
 * Whether a page of this origin may use the widget: with the scheme, host and port of an entry, or a subdomain where the entry
 * has `*.`. A request without `Origin` does not come from a page, and no list allows it.
 */
export function isAllowedOrigin(allowed: readonly string[] | null, origin: string | undefined): boolean {
  if (allowed === null) return true;
  if (origin === undefined || !/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return false;
  const { protocol, host } = new URL(origin);
  return allowed.some((entry) => {
    const [scheme, name = ''] = entry.split('//', 2);
    if (scheme !== protocol) return false;
    return name.startsWith('*.') ? host.endsWith(name.slice(1)) : host === name;
  });
}
