import type { Context } from './command.ts';
import { usageError } from './exit.ts';
import { isTerminal, write } from './io.ts';
import { membersText } from './table/cell.ts';
import { csvText } from './table/csv.ts';
import { tableText, type Table } from './table/table.ts';
import { yamlText } from './table/yaml.ts';

export { cell, localTime, membersText } from './table/cell.ts';
export { fields, tableOf, tableText, type Columns } from './table/table.ts';

type Form = 'table' | 'json' | 'yaml' | 'csv';

const FORMS: string[] = ['table', 'json', 'yaml'];

const formArgs = (forms: string[]) =>
  ({
    output: {
      type: 'enum',
      alias: 'o',
      options: forms,
      description: 'Format of the result. Default: table on a terminal, json elsewhere',
    },
    format: { type: 'enum', options: forms, description: 'The same as --output' },
    json: { type: 'boolean', description: 'The same as --output json' },
  }) as const;

/** The flags of every command that prints a result. */
export const OUTPUT_ARGS = formArgs(FORMS);

/** The flags of a command that prints a list: its items are the lines of a CSV file. */
export const LIST_OUTPUT_ARGS = formArgs([...FORMS, 'csv']);

export interface OutputChoice {
  output?: string | undefined;
  format?: string | undefined;
  json?: boolean | undefined;
}

/** @throws CliError where the flags name different formats. */
export function chosenForm({ output, format, json }: OutputChoice): Form | undefined {
  const named = [...new Set([output, format, json === true ? 'json' : undefined])].filter(
    (form) => form !== undefined,
  );
  if (named.length > 1) throw usageError(`Two formats were given: ${named.join(' and ')}.`);
  return named[0] as Form | undefined;
}

/** Whether JSON or YAML was asked for, in a command whose default is text. */
export function isStructured(choice: OutputChoice): boolean {
  const form = chosenForm(choice);
  return form === 'json' || form === 'yaml';
}

/** Default: a table on a terminal, JSON elsewhere. */
export const formOf = (choice: OutputChoice, { io }: Pick<Context, 'io'>): Form =>
  chosenForm(choice) ?? (isTerminal(io.stdout) ? 'table' : 'json');

export type Part = string | Table;

/** One, or several below each other. */
export type Shown = Part | Part[];

/** Prints a result. @param table default: the members, line by line. */
export async function print(
  context: Context,
  choice: OutputChoice,
  { value, table = () => membersText(value) }: { value: unknown; table?: () => Shown },
): Promise<void> {
  const { io } = context;
  const form = formOf(choice, context);
  if (form === 'json') return write(io, `${JSON.stringify(value, null, 2)}\n`);
  if (form === 'csv') return write(io, csvText(onlyTable(table())));
  if (form === 'table') {
    const width = isTerminal(io.stdout) ? io.stdout.columns : undefined;
    const parts = [table()]
      .flat()
      .map((part) => (typeof part === 'string' ? part : tableText(part, width || undefined)));
    const text = parts.join('\n\n');
    // The command has written it already.
    return text === '' ? undefined : write(io, `${text}\n`);
  }
  return write(io, await yamlText(value));
}

/** The same on stderr, for people. */
export const printAside = (context: Context, printed: Parameters<typeof print>[2]): Promise<void> =>
  print({ ...context, io: { ...context.io, stdout: context.io.stderr } }, { output: 'table' }, printed);

function onlyTable(shown: Shown): Table {
  const found = [shown].flat().find((part) => typeof part !== 'string');
  if (found === undefined)
    throw usageError('This result is no list, so it cannot be CSV: use --output json.');
  return found;
}
