import type { Source } from '../source.ts';

/** Files in a presentation or a workbook that are not read, by what they are called. */
export interface UnreadParts {
  noun: string;
  /** The kinds of relations to them. */
  kinds: readonly string[];
  found: Set<string>;
}

export const unreadParts = (): UnreadParts[] => [
  { noun: 'image', kinds: ['image'], found: new Set() },
  { noun: 'chart', kinds: ['chart', 'chartEx'], found: new Set() },
  { noun: 'embedded object', kinds: ['oleObject', 'package'], found: new Set() },
  { noun: 'recording', kinds: ['audio', 'video', 'media'], found: new Set() },
];

/** @param kind of the relation to it */
export function noteUnread(unread: readonly UnreadParts[], kind: string, target: string): void {
  unread.find(({ kinds }) => kinds.includes(kind))?.found.add(target);
}

export function warnOfUnread(source: Source, unread: readonly UnreadParts[]): void {
  for (const { noun, found } of unread) source.warnOf(found.size, noun);
}
