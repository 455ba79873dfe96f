import { Readability } from '@mozilla/readability';
import { parseHTML } from 'linkedom';
import { decodeText } from '../encoding.ts';
import type { Properties, Source } from '../source.ts';
import { completeArticle } from './complete-article.ts';
import { htmlText, readPage } from './html-text.ts';
import { propertiesOf } from './office.ts';

/** Limits for Readability, which builds several trees and walks through them again and again. */
const ELEMENTS_MAX = 20_000;
const DEPTH_MAX = 200;
/** An article has at least this share of the page's text. */
const ARTICLE_SHARE_MIN = 0.5;
/** The sender hears of what was left out beyond this share. */
const LEFT_OUT_SHARE_MAX = 0.1;

/** The title and the article of a page without its menus, or the whole text where no article is found. */
export function readHtml(source: Source): Properties {
  const html = decodeHtml(source);
  const { text: whole, lines, elements, depth } = readPage(html);
  const isSmall = elements <= ELEMENTS_MAX && depth <= DEPTH_MAX;
  const article = isSmall ? articleOf(html) : undefined;
  const isArticle = article !== undefined && article.text.length > whole.length * ARTICLE_SHARE_MIN;
  const text = isArticle ? completeArticle(article.text, lines) : whole;
  const title = titleOf(html);
  source.add(title === undefined || text.includes(title) || text === '' ? text : `${title}\n\n${text}`);
  const leftOut = 1 - text.length / whole.length;
  if (leftOut > LEFT_OUT_SHARE_MAX)
    source.warn(
      `${Math.round(leftOut * 100)} % of the text of the page was not read: menus and such beside its article.`,
    );
  return propertiesOf({ title: article?.title ?? title, author: article?.author });
}

function articleOf(html: string): { text: string; title?: string; author?: string } | undefined {
  try {
    const { document } = parseHTML(html);
    const article = new Readability(document).parse();
    if (typeof article?.content !== 'string') return undefined;
    const { title, byline } = article;
    const text = htmlText(article.content);
    return { text, ...(title ? { title } : {}), ...(byline ? { author: byline } : {}) };
  } catch {
    // The plain text is used instead.
    return undefined;
  }
}

const titleOf = (html: string): string | undefined => {
  const title = /<title[^<>]*>([^<]{1,500})<\/title>/i.exec(html)?.[1];
  return title === undefined ? undefined : htmlText(title);
};

/** By the charset that the server declares, else by the page's own. */
function decodeHtml(source: Source): string {
  const bytes = source.whole();
  const start = bytes.subarray(0, 2048).toString('latin1');
  const declared = /<meta[^>]{1,200}charset=["']?([\w-]{2,40})/i.exec(start)?.[1];
  return decodeText(bytes, source.charset, declared);
}
