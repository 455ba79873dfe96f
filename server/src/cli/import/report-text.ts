import type { ImportReport, KindCount, Remark } from '../../moving/index.ts';
import { cell, tableOf, tableText } from '../output.ts';
import { counted } from '../count-text.ts';

/** Of the things with the same remark; `--output json` lists all. */
const SHOWN_THINGS = 8;

/** The report of an import as text. */
export function reportText(report: ImportReport): string {
  const counts = report.counts.filter(({ found }) => found > 0);
  const columns = {
    kind: ({ kind }: KindCount) => `${kind}s`,
    found: ({ found }: KindCount) => found,
    [report.dry_run ? 'to import' : 'imported']: ({ taken }: KindCount) => taken,
    'imported before': ({ known }: KindCount) => known,
    'left out': ({ left_out }: KindCount) => left_out,
  };
  const parts = [
    counts.length === 0 ? 'The source contains nothing to import.' : tableText(tableOf(counts, columns)),
    ...remarksText('Left out', report.left_out),
    ...remarksText('Changed', report.changed),
    ...usersText(report),
    ...(report.not_taken.length === 0
      ? []
      : [`Not read: ${report.not_taken.map(({ table, rows }) => `${cell(table)} (${rows})`).join(', ')}`]),
  ];
  return parts.join('\n\n');
}

function remarksText(heading: string, remarks: readonly Remark[]): string[] {
  if (remarks.length === 0) return [];
  return [`${heading}:\n${remarks.map(remarkText).join('\n')}`];
}

function remarkText({ kind, reason, things }: Remark): string {
  const more = things.length - SHOWN_THINGS;
  const shown = things.slice(0, SHOWN_THINGS).map(cell).join(', ');
  return `  ${counted(things.length, kind)}: ${reason}\n    ${shown}${more > 0 ? ` and ${more} more` : ''}`;
}

function usersText({ users, dry_run }: ImportReport): string[] {
  if (users === 'unchanged') return [];
  if (users === 'no administrator')
    return ['None of the imported users can administer. They can log in once multi-user mode is turned on.'];
  return [
    `${dry_run ? 'Users will log in' : 'Users log in'} by name and with their passwords of AnythingLLM; the shared password no longer works.`,
  ];
}
