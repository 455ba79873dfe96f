import type { Context } from './command.ts';
import { isTerminal, write } from './io.ts';

const FORMS: string[] = ['table', 'json', 'yaml'];

/** The flag of every command that prints a result. */
export const OUTPUT_ARGS = {
  output: {
    type: 'enum',
    alias: 'o',
    options: FORMS,
    description: 'Format of the result. Default: table on a terminal, json elsewhere',
  },
  json: { type: 'boolean', description: 'The same as --output json' },
} as const;

/** The columns of a table: heading → cell. */
export type Columns<T> = Record<string, (item: T) => unknown>;

/** Columns with the names of their fields. */
export const fields = <K extends string>(
  ...names: K[]
): Record<K, (item: { [N in K]?: unknown }) => unknown> =>
  Object.fromEntries(names.map((name) => [name, (item: { [N in K]?: unknown }) => item[name]])) as never;

export interface OutputChoice {
  output?: string | undefined;
  json?: boolean | undefined;
}

/** Whether JSON or YAML was asked for, in a command whose default is text. */
export const isStructured = ({ output, json }: OutputChoice): boolean =>
  json === true || output === 'json' || output === 'yaml';

/** Default: a table on a terminal, JSON elsewhere. */
export function formOf({ output, json }: OutputChoice, { io }: Context): 'table' | 'json' | 'yaml' {
  if (json === true) return 'json';
  if (output === 'table' || output === 'json' || output === 'yaml') return output;
  return isTerminal(io.stdout) ? 'table' : 'json';
}

/** Prints a result. @param table default: the members, line by line. */
export async function print(
  context: Context,
  choice: OutputChoice,
  { value, table }: { value: unknown; table?: () => string },
): Promise<void> {
  const form = formOf(choice, context);
  if (form === 'json') return write(context.io, `${JSON.stringify(value, null, 2)}\n`);
  if (form === 'table') {
    const text = (table ?? (() => membersText(value)))();
    // The command has written it already.
    return text === '' ? undefined : write(context.io, `${text}\n`);
  }
  const { stringify } = await import('yaml');
  return write(context.io, stringify(value));
}

export function tableText<T>(items: readonly T[], columns: Columns<T>): string {
  if (items.length === 0) return '(none)';
  const rows = [
    Object.keys(columns).map((heading) => heading.toUpperCase()),
    ...items.map((item) => Object.values(columns).map((column) => cell(column(item)))),
  ];
  const widths = Object.keys(columns).map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((text, at) => text.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

export function membersText(value: unknown): string {
  if (typeof value !== 'object' || value === null) return cell(value);
  const entries = Object.entries(value);
  const width = Math.max(0, ...entries.map(([name]) => name.length));
  return entries.map(([name, member]) => `${name.padEnd(width)}  ${cell(member)}`.trimEnd()).join('\n');
}

/** Escapes control characters: names come from others, and a terminal would obey them. */
export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replaceAll(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
}
