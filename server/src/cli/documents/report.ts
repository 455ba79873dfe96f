import type { Context } from '../command.ts';
import { say } from '../io.ts';
import { cell } from '../output.ts';
import type { Outcome } from './sending.ts';
import type { Stored } from './stored.ts';
import { counted } from '../count-text.ts';

export type Counts = Record<'added' | 'updated' | 'removed' | 'pending' | 'known' | 'failed', number>;

export function countsOf(items: readonly Outcome[]): Counts {
  const counts: Counts = { added: 0, updated: 0, removed: 0, pending: 0, known: 0, failed: 0 };
  for (const { outcome } of items) counts[outcome]++;
  return counts;
}

/** The outcome on a terminal: the counts behind `before`, then what waits or failed. */
export const outcomeLines = (items: readonly Outcome[], counts: Counts, before = ''): string[] => [
  `${before}${summary(counts)}`,
  ...pendings(items),
  ...failures(items),
];

/** Such as `3 updated, 1 removed, 996 known before`. */
function summary(counts: Counts): string {
  const words = Object.entries({ ...counts, known: 0, failed: 0 })
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${name}`);
  if (counts.known > 0 || (words.length === 0 && counts.failed === 0))
    words.push(`${counts.known} known before`);
  return [...words, ...(counts.failed > 0 ? [`${counts.failed} failed`] : [])].join(', ');
}

/**
 * Says what in stored files was not read. Names files that are there already under another name of their source, as those of
 * a container with a new home each time are.
 * @param files `before`: the documents that were there before
 */
export function sayNotes(
  { io }: Context,
  items: readonly Outcome[],
  files: { added: readonly { title: string; sha256: string }[]; before: readonly Stored[] },
): void {
  for (const { title, warnings = [] } of items)
    if (warnings.length > 0) say(io, `Warning: ${cell(title)}: ${cell(warnings.join(' '))}`);
  const before = new Map(files.before.map((one) => [`${one.sha256} ${one.title}`, one]));
  const similar = files.added.flatMap((one) => before.get(`${one.sha256} ${one.title}`) ?? []);
  const [first] = similar;
  if (first === undefined) return;
  const source = first.source === null ? 'no named source' : `the source ${cell(first.source)}`;
  say(
    io,
    `Note: ${counted(similar.length, 'added file')} with the title and the bytes of a document that is there already, such as ${cell(first.location)} from ${source}. Both are kept. Where they are the same file, give its source a name: --source NAME`,
  );
}

const pendings = (items: readonly Outcome[]): string[] =>
  items.flatMap((item) =>
    item.outcome === 'pending' ? [`  ${cell(item.title)}: pending: ${cell(item.reason)}`] : [],
  );

function failures(items: readonly Outcome[]): string[] {
  const failed = items.filter((item) => item.outcome === 'failed');
  // The server gives no reason, so that nobody can explore its network with links.
  const isUnreached = failed.some(({ error }) => /^No URL content found at \S+\.$/.test(error));
  const hint =
    '  The server fetches pages from public addresses only. Its setting KEYWARD_FETCH_PRIVATE allows others.';
  return [
    ...failed.map(({ title, error }) => `  ${cell(title)}: ${cell(error)}`),
    ...(isUnreached ? [hint] : []),
  ];
}
