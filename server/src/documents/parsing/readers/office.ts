import { posix } from 'node:path';
import type { Properties, Source } from '../source.ts';
import { firstTexts, readXml } from '../xml.ts';
import type { Zip } from '../zip.ts';

/** The author and the title of an Office or OpenDocument file. */
export async function officeProperties(zip: Zip, { limits }: Source): Promise<Properties> {
  const place = ['docProps/core.xml', 'meta.xml'].find((name) => zip.has(name));
  if (place === undefined) return {};
  const found = await firstTexts(zip.text(place), limits, ['title', 'creator', 'initial-creator']);
  const author = found.get('creator') ?? found.get('initial-creator');
  return propertiesOf({ title: found.get('title'), author });
}

/** Without blank ones. */
export const propertiesOf = ({
  title = '',
  author = '',
}: Partial<Record<'title' | 'author', string | undefined>>): Properties => ({
  ...(title.trim() === '' ? {} : { title: title.trim() }),
  ...(author.trim() === '' ? {} : { author: author.trim() }),
});

/** The parts of an Office file that another part refers to, by relation id. */
export async function relationsOf(zip: Zip, source: Source, part: string): Promise<Map<string, string>> {
  const related = await relatedParts(zip, source, part);
  return new Map(related.map(({ id, target }) => [id, target]));
}

interface RelatedPart {
  id: string;
  /** Such as `footnotes`. */
  kind: string;
  /** The name of its file. */
  target: string;
}

/** @param part '' for the whole package. */
export async function relatedParts(zip: Zip, { limits }: Source, part: string): Promise<RelatedPart[]> {
  const folder = posix.dirname(part);
  const name = posix.join(folder, '_rels', `${posix.basename(part)}.rels`);
  const related: RelatedPart[] = [];
  if (!zip.has(name)) return related;
  await readXml(zip.text(name), limits, {
    open: (element, { Id: id, Type = '', Target, TargetMode }) => {
      if (element !== 'Relationship' || id === undefined || Target === undefined) return;
      if (TargetMode === 'External') return;
      const target = Target.startsWith('/') ? Target.slice(1) : posix.join(folder, Target);
      related.push({ id, kind: posix.basename(Type), target });
    },
  });
  return related;
}
