import type { ArgsDef, CommandDef, ParsedArgs } from 'citty';
import type { Config } from '../config.ts';
import type { Io } from './io.ts';

/** What a command works with. */
export interface Context {
  io: Io;
  config: Config;
  /** Every value of a flag that may be given more than once, in order. */
  all: (flag: string) => string[];
}

/** One command: what it takes, and what it does once that is known to be right. */
export interface Verb<T extends ArgsDef = ArgsDef> {
  args: T;
  /** Lines to paste, without the leading `keyward`. */
  examples: readonly string[];
  /** Further paragraphs of the help. */
  notes?: string;
  /** The last argument with a place of its own may be given more than once: `context.all` has every one. */
  repeatsLast?: boolean;
  /** Ends on Ctrl-C by itself, in order; others are left where they are. */
  endsItself?: boolean;
  /** @returns an exit code other than 0, where there is one that is no error. */
  run(args: ParsedArgs<T>, context: Context): Promise<number | void>;
}

/** Infers the types of the arguments. */
export function verb<const T extends ArgsDef>(declaration: Verb<T>): Verb<T> {
  return declaration;
}

// Commands with arguments of different types stand side by side; each has checked its own.
type Loaded = { default: Omit<Verb, 'run'> & { run(args: never, context: Context): Promise<number | void> } };

export interface Command extends CommandDef {
  summary: string;
  commands?: Record<string, Command>;
  load?: () => Promise<Loaded>;
}

/** A command whose file is read only when it is used: the help of all is there in no time. */
export function lazy(summary: string, load: () => Promise<Loaded>): Command {
  return {
    summary,
    meta: { description: summary },
    args: async () => (await load()).default.args,
    run: async ({ args, data }) => (await load()).default.run(args as never, data as Context),
    load,
  };
}

/** Commands under one word. */
export function noun(summary: string, commands: Record<string, Command>): Command {
  return { summary, meta: { description: summary }, commands, subCommands: commands };
}
