import { Parser } from 'htmlparser2';
import { Unreadable } from '../limits.ts';

const UNSEEN = new Set('script style noscript template svg head title iframe object'.split(' '));
const BLOCKS = new Set(
  (
    'address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'li main nav ol p pre section table tbody thead tr ul'
  ).split(' '),
);
const CELLS = new Set(['td', 'th']);

/** Each open element makes every other one slower. */
const DEPTH_MAX = 10_000;

/** The text of a page, and the size that its tree would have. */
export interface PageText {
  text: string;
  elements: number;
  depth: number;
}

export const htmlText = (html: string): string => readPage(html).text;

/** The visible text of a page, a line a block. Builds no tree. @throws Unreadable */
export function readPage(html: string): PageText {
  const pieces: string[] = [];
  let unseen = 0;
  let elements = 0;
  let open = 0;
  let depth = 0;
  const parser = new Parser({
    onopentag: (name) => {
      elements++;
      depth = Math.max(depth, ++open);
      if (depth > DEPTH_MAX) throw new Unreadable(`is nested deeper than ${DEPTH_MAX} elements.`);
      if (UNSEEN.has(name)) unseen++;
      else if (BLOCKS.has(name)) pieces.push('\n');
    },
    onclosetag: (name) => {
      open--;
      if (UNSEEN.has(name)) unseen--;
      else if (CELLS.has(name)) pieces.push('\t');
      else if (BLOCKS.has(name)) pieces.push('\n');
    },
    ontext: (text) => {
      if (unseen === 0) pieces.push(text.replace(/\s+/g, ' '));
    },
  });
  parser.write(html);
  parser.end();
  const text = pieces
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { text, elements, depth };
}
