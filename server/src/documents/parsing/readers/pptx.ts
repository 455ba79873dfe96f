import type { Properties, Source } from '../source.ts';
import { readXml } from '../xml.ts';
import { Zip } from '../zip.ts';
import { officeProperties, relationsOf } from './office.ts';

/** Slide by slide, each followed by its notes. */
export async function readPptx(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  for (const slide of await slidesOf(zip, source)) {
    await readSlide(zip, source, slide);
    const relations = await relationsOf(zip, source, slide);
    const notes = [...relations.values()].find((target) => /notesSlide/.test(target));
    if (notes !== undefined && zip.has(notes)) await readSlide(zip, source, notes);
    source.add('\n');
  }
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

async function readSlide(zip: Zip, source: Source, name: string): Promise<void> {
  let isText = false;
  await readXml(zip.text(name), source.limits, {
    open: (element) => {
      if (element === 't') isText = true;
      else if (element === 'br' || element === 'tab') source.add(element === 'br' ? '\n' : '\t');
    },
    close: (element) => {
      if (element === 't') isText = false;
      else if (element === 'p') source.add('\n');
    },
    text: (piece) => {
      if (isText) source.add(piece);
    },
  });
}
