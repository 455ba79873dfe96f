import { Unreadable } from '../limits.ts';
import { decodeText, looksLikeText, PROBED_BYTES, type Properties, type Source } from '../source.ts';

export async function readText(source: Source): Promise<Properties> {
  const { charset, limits, text } = source;
  const start = source.start(PROBED_BYTES);
  if (start.subarray(0, 5).toString('latin1') === '%PDF-')
    throw new Unreadable('is a PDF, whatever its name says: name it .pdf.');
  if (!looksLikeText(start, charset))
    throw new Unreadable('is not text that can be read here: save it as UTF-8.');
  text.add(decodeText(source.whole(limits.textBytes), charset));
  return {};
}
