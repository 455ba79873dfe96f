import { stripVTControlCharacters } from 'node:util';
import { displayWidth } from './width.ts';

/** A text whose lines are not longer than the terminal is wide; its columns stay columns. */
export const wrapped = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => wrappedLine(line, width))
    .join('\n');

/** The share of the line that a column of names may take. */
const TEXT_FROM = 0.6;

const shownWidth = (text: string): number => displayWidth(stripVTControlCharacters(text));

function wrappedLine(line: string, width: number): string[] {
  if (shownWidth(line) <= width) return [line];
  // Words and the spaces before them, in turn.
  const parts = line.split(/( +)/);
  const indent = ' '.repeat(hangingIndent(parts, width));
  const lines: string[] = [];
  let [current, isBegun] = ['', false];
  for (let at = 0; at < parts.length; at += 2) {
    const [gap, word] = [at === 0 ? '' : (parts[at - 1] ?? ''), parts[at] ?? ''];
    if (isBegun && shownWidth(current + gap + word) > width) {
      lines.push(current);
      current = indent + word;
    } else current += gap + word;
    isBegun ||= shownWidth(current) > indent.length;
  }
  return [...lines, current];
}

/** Where the last column of a line begins, if that leaves room for its text; else where its text begins. */
function hangingIndent(parts: readonly string[], width: number): number {
  let [used, indent] = [0, 0];
  for (const [at, part] of parts.entries()) {
    used += shownWidth(part);
    const isGap = at % 2 === 1 && (part.length > 1 || shownWidth(parts.slice(0, at).join('')) === 0);
    if (isGap && used <= width * TEXT_FROM) indent = used;
  }
  return indent;
}
