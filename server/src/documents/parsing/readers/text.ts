import { Unreadable } from '../limits.ts';
import { decodeText, looksLikeText } from '../source.ts';
import type { Properties, Source } from '../source.ts';

export function readText(source: Source): Properties {
  if (!looksLikeText(source.start(8192))) throw new Unreadable('is not text, whatever its name says.');
  source.text.add(decodeText(source.whole(source.limits.textBytes)));
  return {};
}
