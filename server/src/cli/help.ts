import { stripVTControlCharacters } from 'node:util';
import { renderUsage } from 'citty';
import type { Command } from './command.ts';
import { pasteable } from './program.ts';
import { wrapped } from './table/wrap.ts';

interface Page {
  isColoured: boolean;
  /** Of the terminal, in cells; undefined: no line is wrapped. */
  width: number | undefined;
}

/** The help of a command, from its declaration. @param path such as `['keys', 'create']`. */
export async function helpText(
  command: Command,
  path: string[],
  { isColoured, width }: Page,
): Promise<string> {
  const name = path.at(-1) ?? 'keyward';
  const parent = { meta: { name: ['keyward', ...path].slice(0, -1).join(' ') } };
  const named = { ...command, meta: { name, description: command.summary } };
  const usage = await renderUsage(named, path.length === 0 ? undefined : parent);
  const declared = await command.load?.();
  const shown = declared?.examples ?? (path.length === 0 ? ROOT_EXAMPLES : []);
  const fitted = (text: string): string => (width === undefined ? text : wrapped(text, width));
  const lines = usage.split('\n').map((line) => line.trimEnd());
  const parts = [fitted(lines.join('\n').trimEnd())];
  // Written for 120 columns: of a paragraph whose lines are too long each is wrapped.
  if (declared?.notes !== undefined) parts.push(fitted(pasteable(declared.notes.trim())));
  if (shown.length > 0) parts.push(`EXAMPLES\n\n${shown.map((line) => `  ${example(line)}`).join('\n')}`);
  if (path.length === 0) parts.push(EXIT_CODES);
  const text = `${parts.join('\n\n')}\n`;
  return isColoured ? text : stripVTControlCharacters(text);
}

/** `$ ` begins a line that is shown as it is: it begins with another program. */
const example = (line: string): string =>
  pasteable(line.startsWith('$ ') ? line.slice(2) : `keyward ${line}`);

const ROOT_EXAMPLES = [
  'up',
  'auth login',
  'keys create "my app" --role client --expires-in 90d',
  'chat "Hello"',
];

const EXIT_CODES =
  'EXIT CODES\n\n  0 ok, 1 failure, 2 usage, 3 not authenticated, 4 forbidden, 5 not found, 6 limited,\n' +
  '  7 server unreachable, 78 configuration missing';
