import { lineEnd, lineStart } from './dotenv-text.ts';

/** Replaces a part of a text. An empty part is an insertion. */
export interface TextEdit {
  start: number;
  end: number;
  text: string;
}

/** In order, and overlapping removals as one. */
function ordered(edits: readonly TextEdit[]): TextEdit[] {
  const result: TextEdit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = result.at(-1);
    if (last !== undefined && edit.start < last.end) {
      last.end = Math.max(last.end, edit.end);
      last.text += edit.text;
    } else result.push({ ...edit });
  }
  return result;
}

export function withEdits(text: string, edits: readonly TextEdit[]): string {
  let result = '';
  let at = 0;
  for (const edit of ordered(edits)) {
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + text.slice(at);
}

const CONTEXT_LINES = 3;

interface Hunk {
  /** Offsets of whole lines. */
  start: number;
  end: number;
  edits: TextEdit[];
}

/**
 * The edits as a unified diff.
 * @param masked parts of the old text that are shown as `…`
 */
export function unifiedDiff(
  path: string,
  text: string,
  { edits, masked }: { edits: readonly TextEdit[]; masked: readonly (readonly [number, number])[] },
): string {
  const changes = lineChanges(text, ordered(edits));
  const hunks: Hunk[][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last !== undefined && linesBetween(text, last.end, change.start) <= 2 * CONTEXT_LINES)
      hunks.at(-1)?.push(change);
    else hunks.push([change]);
  }
  const show = (from: number, to: number): string => maskedText(text, [from, to], masked);
  let shift = 0;
  const parts = hunks.map((group) => {
    const lines: string[] = [];
    const from = linesBefore(text, group[0]?.start ?? 0);
    let at = from;
    for (const change of group) {
      lines.push(...marked(' ', show(at, change.start)), ...marked('-', show(change.start, change.end)));
      lines.push(...marked('+', replaced(change, show)));
      at = change.end;
    }
    lines.push(...marked(' ', show(at, linesAfter(text, at))));
    const count = (signs: string): number => lines.filter((line) => signs.includes(line[0] ?? '')).length;
    const [before, after] = [count(' -'), count(' +')];
    const first = text.slice(0, from).split('\n').length;
    const header = `@@ -${span(first, before)} +${span(first + shift, after)} @@`;
    shift += after - before;
    return [header, ...lines].join('\n');
  });
  return [`--- ${path}`, `+++ ${path}`, ...parts].join('\n');
}

const span = (first: number, count: number): string => `${count === 0 ? first - 1 : first},${count}`;

/** The lines that the edits touch. */
function lineChanges(text: string, edits: readonly TextEdit[]): Hunk[] {
  const changes: Hunk[] = [];
  for (const edit of edits) {
    const start = lineStart(text, edit.start);
    const isWhole = edit.start === start && (edit.end === start || text[edit.end - 1] === '\n');
    const end = isWhole ? edit.end : lineEnd(text, Math.max(edit.start, edit.end - 1));
    const last = changes.at(-1);
    if (last !== undefined && start < last.end) {
      last.end = Math.max(last.end, end);
      last.edits.push(edit);
    } else changes.push({ start, end, edits: [edit] });
  }
  return changes;
}

function replaced({ start, end, edits }: Hunk, show: (from: number, to: number) => string): string {
  let result = '';
  let at = start;
  for (const edit of edits) {
    result += show(at, edit.start) + edit.text;
    at = edit.end;
  }
  return result + show(at, end);
}

function marked(sign: string, part: string): string[] {
  if (part === '') return [];
  return part
    .replace(/\r?\n$/, '')
    .split('\n')
    .map((line) => sign + line.replace(/\r$/, ''));
}

function maskedText(
  text: string,
  [from, to]: readonly [number, number],
  masked: readonly (readonly [number, number])[],
): string {
  let result = '';
  let at = from;
  for (const [start, end] of masked.toSorted((a, b) => a[0] - b[0])) {
    if (end <= at || start >= to) continue;
    result += text.slice(at, Math.max(at, start));
    // Each line keeps its mark.
    result += text
      .slice(Math.max(at, start), Math.min(end, to))
      .split('\n')
      .map((line) => (line.trim() === '' ? line : '…'))
      .join('\n');
    at = Math.min(end, to);
  }
  return result + text.slice(at, to);
}

const linesBetween = (text: string, from: number, to: number): number =>
  text.slice(from, to).split('\n').length - 1;

function linesBefore(text: string, at: number): number {
  let start = at;
  for (let line = 0; line < CONTEXT_LINES && start > 0; line++) start = lineStart(text, start - 1);
  return start;
}

function linesAfter(text: string, at: number): number {
  let end = at;
  for (let line = 0; line < CONTEXT_LINES && end < text.length; line++) end = lineEnd(text, end);
  return end;
}
