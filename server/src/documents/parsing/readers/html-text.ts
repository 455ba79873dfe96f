import { Parser } from 'htmlparser2';
import { Unreadable } from '../limits.ts';

const UNSEEN = new Set('script style noscript template svg head title iframe object'.split(' '));
const BLOCKS = new Set(
  (
    'address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr ' +
    'caption details legend li main nav ol option p pre section summary table tbody thead tr ul'
  ).split(' '),
);
const CELLS = new Set(['td', 'th']);
const ASIDES = new Set('aside button footer form nav'.split(' '));
const HEADING = /^h[1-6]$/;
const MAIN = new Set(['article', 'main']);
/** An element of notes is often an aside by its name. */
const NOTES = /^doc-(end|foot)notes?$/;

/** Each open element makes every other one slower. */
const DEPTH_MAX = 10_000;

/** The text of a page, and the size that its tree would have. */
export interface PageText {
  text: string;
  /** Those that are not blank. */
  lines: PageLine[];
  elements: number;
  depth: number;
}

export interface PageLine {
  text: string;
  /** Of a heading: 1 to 6; else 0. */
  level: number;
  /** In a menu, a footer or a form. */
  isAside: boolean;
  /** In the part that the page declares to be its main one, or in its notes. */
  isMain: boolean;
}

export const htmlText = (html: string): string => readPage(html).text;

/** The visible text of a page, a line a block. Builds no tree. @throws Unreadable */
export function readPage(html: string): PageText {
  const lines = new Lines();
  let unseen = 0;
  let elements = 0;
  let open = 0;
  let depth = 0;
  const parser = new Parser({
    onopentag: (name, { role = '' }) => {
      elements++;
      depth = Math.max(depth, ++open);
      if (depth > DEPTH_MAX) throw new Unreadable(`is nested deeper than ${DEPTH_MAX} elements.`);
      if (UNSEEN.has(name)) unseen++;
      else if (BLOCKS.has(name)) lines.open(name);
      lines.enter(name, role);
    },
    onclosetag: (name) => {
      open--;
      if (UNSEEN.has(name)) unseen--;
      else if (CELLS.has(name)) lines.add('\t');
      else if (BLOCKS.has(name)) lines.close(name);
      lines.leave(name);
    },
    ontext: (text) => {
      if (unseen === 0) lines.add(text.replace(/\s+/g, ' '));
    },
  });
  parser.write(html);
  parser.end();
  lines.end();
  const text = lines.all
    .map((line) => line.text)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { text, lines: lines.all.filter((line) => line.text !== ''), elements, depth };
}

class Lines {
  readonly all: PageLine[] = [];
  /** Open elements that say what their lines are. */
  readonly #parts: { name: string; isMain: boolean }[] = [];
  #asides = 0;
  #mains = 0;
  #pieces: string[] = [];
  #level = 0;

  open(name: string): void {
    this.end();
    if (HEADING.test(name)) this.#level = Number(name[1]);
  }

  close(name: string): void {
    this.end();
    if (HEADING.test(name)) this.#level = 0;
  }

  enter(name: string, role: string): void {
    const isMain = MAIN.has(name) || NOTES.test(role);
    if (!isMain && !ASIDES.has(name)) return;
    this.#parts.push({ name, isMain });
    if (isMain) this.#mains++;
    else this.#asides++;
  }

  leave(name: string): void {
    if (this.#parts.at(-1)?.name !== name) return;
    if (this.#parts.pop()?.isMain === true) this.#mains--;
    else this.#asides--;
  }

  add(piece: string): void {
    this.#pieces.push(piece);
  }

  end(): void {
    const text = this.#pieces.join('').trim();
    this.all.push({ text, level: this.#level, isAside: this.#asides > 0, isMain: this.#mains > 0 });
    this.#pieces = [];
  }
}
