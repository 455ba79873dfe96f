import type { ArgsDef, CommandDef, ParsedArgs } from 'citty';
import type { Config } from '../config.ts';
import type { Io } from './io.ts';

export interface Context {
  io: Io;
  config: Config;
  /** All values of a repeatable flag, in order. */
  all: (flag: string) => string[];
}

/** One command. Its arguments have been checked when it runs. */
export interface Verb<T extends ArgsDef = ArgsDef> {
  args: T;
  /** Lines to paste, without the leading `keyward`. */
  examples: readonly string[];
  /** Further paragraphs of the help. */
  notes?: string;
  /** Of a list: the next step where it is empty, on a terminal. */
  whenEmpty?: string;
  /** The last positional argument is repeatable: `context.all` has all its values. */
  repeatsLast?: boolean;
  /** Handles Ctrl-C itself; other commands are abandoned at once. */
  endsItself?: boolean;
  /** @returns an exit code other than 0 without an error. */
  run(args: ParsedArgs<T>, context: Context): Promise<number | void>;
}

/** Infers the types of the arguments. */
export function verb<const T extends ArgsDef>(declaration: Verb<T>): Verb<T> {
  return declaration;
}

/** A verb of any arguments. */
type Loaded = Omit<Verb, 'run'> & { run(args: never, context: Context): Promise<number | void> };

/** A route of the server, such as `POST` and `/v1/keys/{id}/revoke`. */
export interface CommandRoute {
  method: string;
  path: string;
}

/** What a command is for; with the routes that it calls, so that a hint of the server can name the command. */
export type Purpose = string | { summary: string; routes: CommandRoute[] };

export interface Command extends CommandDef {
  summary: string;
  routes?: CommandRoute[];
  commands?: Record<string, Command>;
  load?: () => Promise<Loaded>;
}

/**
 * Commands of one file, which is read only when one of them is used: `--help` of all reads none.
 * @param purposes by the name of the command, which is also the name of its export.
 */
export function lazy<N extends string>(
  read: () => Promise<Record<NoInfer<N>, Loaded>>,
  purposes: Record<N, Purpose>,
): Record<string, Command> {
  const command = (name: N): Command => {
    const load = async (): Promise<Loaded> => (await read())[name];
    const purpose: Purpose = purposes[name];
    const { summary, ...calls } = typeof purpose === 'string' ? { summary: purpose } : purpose;
    return {
      summary,
      ...calls,
      meta: { description: summary },
      args: async () => (await load()).args,
      run: async ({ args, data }) => (await load()).run(args as never, data as Context),
      load,
    };
  };
  return Object.fromEntries(Object.keys(purposes).map((name) => [name, command(name as N)]));
}

/** Commands under one word. */
export function group(summary: string, commands: Record<string, Command>): Command {
  return { summary, meta: { description: summary }, commands, subCommands: commands };
}

/** A command that runs, with the words that name it. */
export interface Leaf {
  words: string[];
  command: Command;
}

/** All commands that run below this one. */
export const leavesOf = (command: Command, words: string[] = []): Leaf[] =>
  command.commands === undefined
    ? [{ words, command }]
    : Object.entries(command.commands).flatMap(([word, one]) => leavesOf(one, [...words, word]));

/** A group whose commands stand in one file. */
export const noun = <N extends string>(
  summary: string,
  read: () => Promise<Record<NoInfer<N>, Loaded>>,
  purposes: Record<N, Purpose>,
): Command => group(summary, lazy(read, purposes));
