import { ImportError } from './import-error.ts';
import { interpolated, type Interpolated, type Lookup } from './interpolation.ts';

/** One assignment of a .env file. Offsets are those of the text; the range has the whole lines of the assignment. */
export interface DotenvEntry extends Interpolated {
  name: string;
  start: number;
  end: number;
}

const NAME_AND_SIGN = /(?:export[ \t]+)?([\p{L}\p{N}_.\-[\] \t]+?)[ \t\r]*(?:([=:])[ \t\r]*|(?=\n)|$)/uy;

/**
 * Reads a .env file by the rules of compose, which differ from those of Node: `$NAME` is replaced outside single quotes,
 * a comment needs a space before it, and quoted values may have several lines.
 * @param file for messages. @throws ImportError naming the line
 */
export function readDotenv(text: string, file: string, lookup: Lookup): DotenvEntry[] {
  const entries: DotenvEntry[] = [];
  const known = new Map<string, string>();
  const find: Lookup = (name) => lookup(name) ?? known.get(name);
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; ;) {
    at = nextStatement(text, at);
    if (at === text.length) return entries;
    const fail = (what: string): ImportError =>
      new ImportError(`${file}:${text.slice(0, at).split('\n').length}: ${what}`);
    NAME_AND_SIGN.lastIndex = at;
    const found = NAME_AND_SIGN.exec(text);
    if (found === null || /\s/.test(found[1] ?? '')) throw fail('must be a variable, such as NAME=value.');
    const [all, name = '', sign] = found;
    const valueAt = at + all.length;
    const { value, isLiteral, end } =
      sign === undefined ? bare(name, valueAt) : valueFrom(text, valueAt, fail);
    const result = isLiteral ? literal(value) : interpolated(value, find);
    if (result === undefined) throw fail(`the value of ${name} has a "$" that compose cannot read.`);
    if (!/^\d/.test(name))
      entries.push({ name, ...result, start: lineStart(text, at), end: lineEnd(text, end) });
    if (sign !== undefined) known.set(name, result.value);
    at = end;
  }
}

/** A file of the format `raw`: what stands after the sign is the value. */
export function readRaw(text: string): DotenvEntry[] {
  return [...text.matchAll(/^([A-Za-z_][\w.-]*)=([^\r\n]*)/gm)].map((match) => {
    const [line, name = '', value = ''] = match;
    return { name, ...literal(value), start: match.index, end: lineEnd(text, match.index + line.length) };
  });
}

/** A name alone takes its value from the environment of compose. */
const bare = (name: string, end: number): RawValue => ({ value: `\${${name}}`, isLiteral: false, end });
const literal = (value: string): Interpolated => ({
  value,
  names: new Set(),
  unset: new Set(),
  whole: undefined,
});

/** The offset after white space and comments. */
function nextStatement(text: string, from: number): number {
  let at = from;
  for (;;) {
    while (at < text.length && /\s/.test(text[at] ?? '')) at++;
    if (text[at] !== '#') return at;
    at = lineEnd(text, at);
  }
}

interface RawValue {
  value: string;
  /** Whether `$` means nothing in it. */
  isLiteral: boolean;
  end: number;
}

function valueFrom(text: string, at: number, fail: (what: string) => ImportError): RawValue {
  const quote = text[at];
  if (quote !== '"' && quote !== "'") {
    const end = at + (/^[^\n]*/.exec(text.slice(at))?.[0].length ?? 0);
    const line = text.slice(at, end).split(' #')[0] ?? '';
    return { value: line.trimEnd(), isLiteral: false, end };
  }
  let value = '';
  for (let next = at + 1; next < text.length; next++) {
    const character = text[next] ?? '';
    if (character === quote)
      return { value: quote === '"' ? unescaped(value) : value, isLiteral: quote === "'", end: next + 1 };
    if (character === '\\' && next + 1 < text.length) {
      const escaped = text[++next] ?? '';
      value += escaped === quote ? escaped : `\\${escaped}`;
    } else value += character;
  }
  throw fail(`a value begins with ${quote} and has no ${quote} at its end.`);
}

const ESCAPES: Record<string, string> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

const unescaped = (value: string): string =>
  value.replaceAll(/\\([abfnrtv$"\\])/g, (_, letter: string) =>
    letter === '$' ? '$$' : (ESCAPES[letter] ?? letter),
  );

/** Of the line that has the offset. */
export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** After the line feed of the line that has the offset. */
export function lineEnd(text: string, at: number): number {
  const feed = text.indexOf('\n', at);
  return feed === -1 ? text.length : feed + 1;
}

/**
 * Whether compose reads the value back as it is from a line that the dotenv sink wrote: bare or in single quotes; in
 * double quotes if it has a single one.
 */
export function fitsDotenv(value: string): boolean {
  if (/[\r\n\0]/.test(value) || value !== value.trim()) return false;
  return value.includes("'") ? !/["\\$`]/.test(value) : !value.endsWith('\\');
}
