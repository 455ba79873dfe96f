import mammoth from 'mammoth';
import type { Properties, Source } from '../source.ts';
import { Zip } from '../zip.ts';
import { officeProperties } from './office.ts';

export async function readDocx(source: Source): Promise<Properties> {
  const zip = await Zip.open(source);
  // Mammoth decompresses without limits.
  await zip.measure();
  const { value } = await mammoth.extractRawText({ buffer: source.whole() });
  source.add(value);
  return officeProperties(zip, source);
}
