import type { Command } from '../command.ts';

export interface Flag {
  /** Such as `--output`. */
  name: string;
  /** Such as `-o`. */
  short: string | undefined;
  summary: string;
  takesValue: boolean;
  /** The values that it may have; empty: any. */
  values: string[];
}

/** What can follow the words of a command. */
export interface Entry {
  /** Such as `keys create`; empty: `keyward` alone. */
  path: string;
  words: { name: string; summary: string }[];
  flags: Flag[];
}

const HELP: Flag = { name: '--help', short: '-h', summary: 'Show the help', takesValue: false, values: [] };

/** All commands with their words and flags, from the table of commands. */
export async function entriesOf(command: Command, words: string[] = []): Promise<Entry[]> {
  const path = words.join(' ');
  if (command.commands === undefined)
    return [{ path, words: [], flags: [...(await flagsOf(command)), HELP] }];
  const under = Object.entries(command.commands);
  const below = await Promise.all(under.map(([word, one]) => entriesOf(one, [...words, word])));
  const next = under.map(([name, { summary }]) => ({ name, summary }));
  return [{ path, words: next, flags: [HELP] }, ...below.flat()];
}

async function flagsOf(command: Command): Promise<Flag[]> {
  const { args = {} } = (await command.load?.()) ?? {};
  return Object.entries(args)
    .filter(([, { type }]) => type !== 'positional')
    .map(([name, definition]) => ({
      name: `--${name}`,
      short:
        'alias' in definition && typeof definition.alias === 'string' ? `-${definition.alias}` : undefined,
      summary: definition.description ?? '',
      takesValue: definition.type !== 'boolean',
      values: 'options' in definition ? (definition.options ?? []).map(String) : [],
    }));
}

export const namesOf = ({ name, short }: Flag): string[] => (short === undefined ? [name] : [name, short]);

/** A word of a shell script, in single quotes. */
export const quoted = (text: string, escape = `'\\''`): string => `'${text.replaceAll("'", escape)}'`;

/** Flags with the same values, by these values: `path:--flag`. */
export function byValues(entries: readonly Entry[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, flags } of entries)
    for (const flag of flags.filter(({ values }) => values.length > 0)) {
      const places = namesOf(flag).map((name) => `${path}:${name}`);
      const values = flag.values.join(' ');
      found.set(values, [...(found.get(values) ?? []), ...places]);
    }
  return found;
}
