import type { Properties, Source } from '../source.ts';
import { firstTexts } from '../xml.ts';
import type { Zip } from '../zip.ts';

/** Who wrote it and what it is called, from where Office and OpenDocument files keep it. */
export async function officeProperties(zip: Zip, { limits }: Source): Promise<Properties> {
  const place = ['docProps/core.xml', 'meta.xml'].find((name) => zip.has(name));
  if (place === undefined) return {};
  const found = await firstTexts(zip.text(place), limits, ['title', 'creator', 'initial-creator']);
  const author = found.get('creator') ?? found.get('initial-creator');
  return propertiesOf({ title: found.get('title'), author });
}

/** Without those that say nothing. */
export function propertiesOf({
  title = '',
  author = '',
}: {
  title?: string | undefined;
  author?: string | undefined;
}): Properties {
  return {
    ...(title.trim() === '' ? {} : { title: title.trim() }),
    ...(author.trim() === '' ? {} : { author: author.trim() }),
  };
}
