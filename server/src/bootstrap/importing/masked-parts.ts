import { isPair } from 'yaml';
import { rangeOf, type ComposeFile, type EnvironmentEntry, type Range } from './compose-file.ts';
import type { Findings, Use } from './findings.ts';
import { judged } from './secret-kinds.ts';
import type { DotenvFile } from './stack.ts';

const PASSWORD_ELSEWHERE = [
  /--?(?:[\w-]*(?:password|requirepass|passwd|token|secret|api-?key))[= ]+["']?([^\s"',\]]+)/gi,
  /[a-z][a-z0-9+.-]*:\/\/[^\s/?#:@"']*:([^\s"'@]+)@/gi,
  /^[^\n#]*#[^\n]*?(?:pass|secret|token|key|dsn)\w*["']?\s*[:=]\s*([^\n]+)/gim,
];
const COPY_MIN_LENGTH = 8;

/** What a diff of a compose file must not show: each value that is or may be a secret, wherever it stands. */
export function maskedInCompose(file: ComposeFile, { uses }: Findings): Range[] {
  const { text } = file;
  const parts: Range[] = [];
  for (const use of uses) {
    if (use.judgement.kind === 'plain') continue;
    for (const { file: own, entry } of use.services)
      if (own === file && !isOnlyReferences(use, entry)) parts.push(valueRange(entry, text));
    // A short word that happens to be a password would, if it were masked elsewhere, show what the password is.
    if (use.value.length >= COPY_MIN_LENGTH && !/^[a-z]{1,15}$/.test(use.value))
      parts.push(...placesOf(use.value, text));
  }
  for (const pattern of PASSWORD_ELSEWHERE)
    for (const match of text.matchAll(pattern)) {
      const [whole, part = ''] = match;
      const start = match.index + whole.lastIndexOf(part);
      if (!/^\$+\{?\w+\}?$/.test(part)) parts.push([start, start + part.length]);
    }
  return parts;
}

/** All values: a .env file has little else. Comments may hold former values. */
export function maskedInDotenv({ text, entries }: DotenvFile): Range[] {
  const parts = entries.map(({ start, end }): Range => {
    const sign = text.slice(start, end).search(/[=:]/);
    return [sign === -1 ? end : start + sign + 1, end];
  });
  for (const match of text.matchAll(/^[^\n=]*=([^\n]+)/gm))
    if (!entries.some(({ start, end }) => match.index >= start && match.index < end))
      parts.push([match.index + match[0].indexOf('=') + 1, match.index + match[0].length]);
  return parts;
}

function valueRange({ item, valueRange: [start, end] }: EnvironmentEntry, text: string): Range {
  if (isPair(item)) return [start, end];
  const sign = text.slice(...rangeOf(item)).indexOf('=');
  return [sign === -1 ? end : start + sign + 1, end];
}

/** `${NAME}` shows nothing; a text around it, or a default in it, may. */
function isOnlyReferences({ name, names }: Use, { text }: EnvironmentEntry): boolean {
  if (names.size === 0 || /\$\{\w+:?[-+]/.test(text)) return false;
  const rest = text.replaceAll(/\$\{\w+(?::?\?[^}]*)?\}|\$\w+/g, '');
  return rest === '' || (judged(name, rest).kind === 'plain' && /:\/\//.test(rest));
}

function placesOf(value: string, text: string): Range[] {
  const places: Range[] = [];
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + value.length))
    places.push([at, at + value.length]);
  return places;
}
