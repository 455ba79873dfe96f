import mammoth from 'mammoth';
import type { Properties, Source } from '../source.ts';
import { Zip } from '../zip.ts';
import { officeProperties } from './office-properties.ts';

export async function readDocx(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  // Mammoth unpacks without limits.
  await zip.measure();
  const { value } = await mammoth.extractRawText({ buffer: source.whole() });
  source.text.add(value);
  return officeProperties(zip, source);
}
