/** What a text of compose comes to. */
export interface Interpolated {
  value: string;
  /** The variables that the text names, also in defaults. */
  names: ReadonlySet<string>;
  /** Those of them that have neither a value nor a default. */
  unset: ReadonlySet<string>;
  /** The variable, if the text is one reference and nothing else. */
  whole: string | undefined;
}

export type Lookup = (name: string) => string | undefined;

const NAME = /^[A-Za-z_]\w*/;
const DEPTH_MAX = 10;

/**
 * Replaces `$NAME`, `${NAME}` and `${NAME:-default}` as compose does; `$$` is one `$`.
 * @returns undefined for a text that compose refuses
 */
export function interpolated(text: string, lookup: Lookup, depth = 0): Interpolated | undefined {
  const names = new Set<string>();
  const unset = new Set<string>();
  let value = '';
  let whole: string | undefined;
  for (let at = 0; at < text.length;) {
    if (text[at] !== '$') {
      value += text[at++];
      continue;
    }
    const reference = referenceAt(text, at);
    if (reference === undefined || depth > DEPTH_MAX) return undefined;
    const { end, name, operator, rest } = reference;
    if (at === 0 && end === text.length) whole = name;
    if (name === undefined) value += '$';
    else {
      names.add(name);
      const other = interpolated(rest, lookup, depth + 1);
      if (other === undefined) return undefined;
      for (const inner of other.names) names.add(inner);
      const given = lookup(name);
      if (given === undefined && !/[-+]$/.test(operator)) unset.add(name);
      else if (given === undefined) for (const inner of other.unset) unset.add(inner);
      value += chosen(given, operator, other.value);
    }
    at = end;
  }
  return { value, names, unset, whole };
}

interface Reference {
  end: number;
  /** undefined: `$$`. */
  name: string | undefined;
  operator: string;
  rest: string;
}

function referenceAt(text: string, at: number): Reference | undefined {
  const plain = { operator: '', rest: '' };
  if (text[at + 1] === '$') return { end: at + 2, name: undefined, ...plain };
  if (text[at + 1] !== '{') {
    const name = NAME.exec(text.slice(at + 1))?.[0];
    return name === undefined ? undefined : { end: at + 1 + name.length, name, ...plain };
  }
  const close = closingBrace(text, at);
  const inside = text.slice(at + 2, close);
  const name = NAME.exec(inside)?.[0];
  const operator = /^(?::?[-?+])?/.exec(inside.slice(name?.length ?? 0))?.[0] ?? '';
  const rest = inside.slice((name?.length ?? 0) + operator.length);
  if (close === -1 || name === undefined || (operator === '' && rest !== '')) return undefined;
  return { end: close + 1, name, operator, rest };
}

function closingBrace(text: string, from: number): number {
  let open = 0;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) open++;
    else if (text[at] === '}' && --open === 0) return at;
  }
  return -1;
}

function chosen(given: string | undefined, operator: string, other: string): string {
  const isGiven = operator.startsWith(':') ? given !== undefined && given !== '' : given !== undefined;
  if (operator.endsWith('-')) return isGiven ? (given ?? '') : other;
  if (operator.endsWith('+')) return isGiven ? other : '';
  return given ?? '';
}
