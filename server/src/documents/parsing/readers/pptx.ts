import type { Properties, Source } from '../source.ts';
import { readXml } from '../xml.ts';
import { Zip } from '../zip.ts';
import { readDrawing } from './drawing-text.ts';
import { officeProperties, relatedParts, relationsOf } from './office.ts';
import { noteUnread, unreadParts, warnOfUnread } from './unread-parts.ts';

/** Slide by slide, each followed by its diagrams, its notes and its comments. */
export async function readPptx(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  const unread = unreadParts();
  for (const slide of await slidesOf(zip, source)) {
    await readDrawing(zip, source, slide);
    const related = await relatedParts(zip, source, slide);
    for (const wanted of ['diagramData', 'notesSlide', 'comments'])
      for (const { kind, target } of related)
        if (kind === wanted && zip.has(target)) await readDrawing(zip, source, target);
    for (const { kind, target } of related) noteUnread(unread, kind, target);
    source.add('\n');
  }
  warnOfUnread(source, unread);
  return officeProperties(zip, source);
}

/** In the order of the presentation. */
async function slidesOf(zip: Zip, source: Source): Promise<string[]> {
  const presentation = 'ppt/presentation.xml';
  const relations = await relationsOf(zip, source, presentation);
  const slides: string[] = [];
  await readXml(zip.text(presentation), source.limits, {
    open: (name, attributes) => {
      if (name !== 'sldId') return;
      const slide = relations.get(attributes['r:id'] ?? '');
      if (slide !== undefined && zip.has(slide)) slides.push(slide);
    },
  });
  return slides;
}
