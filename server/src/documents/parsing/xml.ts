import { Parser } from 'htmlparser2';
import { Unreadable, type ParseLimits } from './limits.ts';

/** Names come without their prefix, which each file chooses. */
export interface XmlHandlers {
  open?: (name: string, attributes: Record<string, string>) => void;
  close?: (name: string) => void;
  text?: (text: string) => void;
}

/** Does not expand entities that a file declares. @throws Unreadable */
export async function readXml(
  pieces: AsyncIterable<string>,
  { depth: maxDepth }: Pick<ParseLimits, 'depth'>,
  { open, close, text }: XmlHandlers,
): Promise<void> {
  let depth = 0;
  const parser = new Parser(
    {
      onopentag: (name, attributes) => {
        if (++depth > maxDepth) throw new Unreadable(`is nested deeper than ${maxDepth} elements.`);
        open?.(localName(name), attributes);
      },
      onclosetag: (name) => {
        depth--;
        close?.(localName(name));
      },
      ontext: (data) => text?.(data),
    },
    { xmlMode: true },
  );
  for await (const piece of pieces) parser.write(piece);
  parser.end();
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1);

/** An attribute by its local name; `prefixed`: only one with a prefix, as `r:id` beside `id`. */
export function attribute(
  attributes: Record<string, string>,
  name: string,
  { prefixed = false } = {},
): string | undefined {
  const isNamed = (key: string): boolean => localName(key) === name && (!prefixed || key.includes(':'));
  return Object.entries(attributes).find(([key]) => isNamed(key))?.[1];
}

/** The text of the first element of each of these names. */
export async function firstTexts(
  pieces: AsyncIterable<string>,
  limits: Pick<ParseLimits, 'depth'>,
  names: readonly string[],
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  let within: string | undefined;
  await readXml(pieces, limits, {
    open: (name) => {
      if (names.includes(name) && !found.has(name)) {
        found.set(name, '');
        within = name;
      }
    },
    close: (name) => {
      if (name === within) within = undefined;
    },
    text: (text) => {
      if (within !== undefined) found.set(within, (found.get(within) ?? '') + text);
    },
  });
  return found;
}
