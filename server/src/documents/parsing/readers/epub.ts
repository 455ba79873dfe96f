import { posix } from 'node:path';
import { Unreadable } from '../limits.ts';
import type { Properties, Source } from '../source.ts';
import { firstTexts, readXml } from '../xml.ts';
import { Zip } from '../zip.ts';
import { htmlText } from './html-text.ts';
import { propertiesOf } from './office.ts';

export async function readEpub(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  const book = await packageOf(zip, source);
  for (const chapter of await chaptersOf(zip, source, book)) {
    source.add(`${htmlText(await zip.wholeText(chapter))}\n\n`);
  }
  const found = await firstTexts(zip.text(book), source.limits, ['title', 'creator']);
  return propertiesOf({ title: found.get('title'), author: found.get('creator') });
}

async function packageOf(zip: Zip, { limits }: Source): Promise<string> {
  let book: string | undefined;
  await readXml(zip.text('META-INF/container.xml'), limits, {
    open: (name, attributes) => {
      if (name === 'rootfile') book ??= attributes['full-path'];
    },
  });
  if (book === undefined || !zip.has(book))
    throw new Unreadable('is damaged: META-INF/container.xml does not name the package of the book.');
  return book;
}

/** In the order of the book; warns of its images. */
async function chaptersOf(zip: Zip, source: Source, book: string): Promise<string[]> {
  const files = new Map<string, string>();
  const spine = new Set<string>();
  let images = 0;
  await readXml(zip.text(book), source.limits, {
    open: (name, { id, href, idref, 'media-type': type, properties }) => {
      if (name === 'item' && type?.startsWith('image/') === true && properties !== 'cover-image') images++;
      if (name === 'item' && id !== undefined && href !== undefined)
        files.set(id, posix.join(posix.dirname(book), decoded(href)));
      else if (name === 'itemref' && idref !== undefined) spine.add(idref);
    },
  });
  source.warnOf(images, 'image');
  return [...spine]
    .map((id) => files.get(id))
    .filter((file) => file !== undefined && zip.has(file)) as string[];
}

function decoded(href: string): string {
  try {
    return decodeURIComponent(href);
  } catch {
    return href;
  }
}
