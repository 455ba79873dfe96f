import type { Source } from '@keyward/sdk';
import { publishedMs } from '../../documents/publication-date.ts';
import { safeAddress } from '../../page/markdown.tsx';

/** A source of an answer, as the page shows it. */
export interface Passage {
  title: string;
  text: string;
  /** 0 to 1; undefined: the document went with the question as a whole. */
  score: number | undefined;
  /** ms since 1970. */
  published: number | undefined;
  /** Of the page that it came from. */
  link: string | undefined;
}

/** Each passage begins with lines about its document, for the model. */
const HEADER = /^<document_metadata>[\s\S]*?<\/document_metadata>\s*/;
const LINK = 'link://';

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The members differ by the kind of source, and any of them may come from a document. */
export function passageOf({ title, text, score, published, chunkSource }: Source): Passage {
  const source = textOf(chunkSource);
  return {
    title: textOf(title) ?? 'A document without a title',
    text: (textOf(text) ?? '').replace(HEADER, ''),
    score: typeof score === 'number' ? score : undefined,
    published: publishedMs(textOf(published)),
    link: source?.startsWith(LINK) === true ? safeAddress(source.slice(LINK.length)) : undefined,
  };
}
