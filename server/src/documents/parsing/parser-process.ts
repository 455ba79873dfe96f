/**
 * Reads one file from standard input and writes, for each part of it, a line of JSON and the text that it announces. A
 * process of its own: a file from a stranger that breaks or exhausts a reader ends only this process. See parser.ts.
 */
import { Source, type Properties } from './source.ts';
import { looksLikeText, PROBED_BYTES } from './encoding.ts';
import type { ParseLimits } from './limits.ts';
import type { Format } from './formats.ts';
import { READERS, reasonOf } from './reading.ts';

/** `undecided`: its content decides. */
export interface ParseJob {
  format: Format | 'undecided';
  limits: ParseLimits;
  /** As the sender declares it. */
  charset?: string | undefined;
}

/** `bytes` of text follow a head with properties. */
export type ParseHead =
  | { properties: Properties; bytes: number }
  | { warnings: string[] }
  | { refusal: string }
  | { unknown: true };

async function answer({ format, limits, charset }: ParseJob): Promise<string[]> {
  const source = new Source(STDIN, { limits, charset });
  try {
    if (format === 'undecided' && !looksLikeText(source.start(PROBED_BYTES), charset))
      return headOf({ unknown: true });
    source.end(await READERS[format === 'undecided' ? 'text' : format](source));
    const parts = source.parts.flatMap(({ properties, text }) => [
      ...headOf({ properties, bytes: Buffer.byteLength(text) }),
      text,
    ]);
    return [...headOf({ warnings: source.warnings }), ...parts];
  } catch (error) {
    return headOf({ refusal: reasonOf(error) });
  }
}

const headOf = (head: ParseHead): string[] => [`${JSON.stringify(head)}\n`];

const STDIN = 0;

for (const piece of await answer(JSON.parse(process.argv[2] ?? '') as ParseJob)) process.stdout.write(piece);
