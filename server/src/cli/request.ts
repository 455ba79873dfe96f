import { paginate, type KeywardClient, type Page } from '@keyward/sdk';
import type { ArgsDef, ParsedArgs } from 'citty';
import { isObject } from '../base/is-object.ts';
import { CLIENT_ARGS, openClient, type ClientChoice } from './client.ts';
import type { Context, Verb } from './command.ts';
import { confirm, YES_ARG } from './things/confirm.ts';
import { say } from './io.ts';
import {
  formOf,
  LIST_OUTPUT_ARGS,
  print,
  printAside,
  tableOf,
  type Columns,
  type OutputChoice,
  type Shown,
} from './output.ts';
import { given, wholeNumber } from './parse.ts';

interface Request<T extends ArgsDef, P, V> extends Omit<Verb<T>, 'run'> {
  /** Reads the arguments before a key is needed. Default: they are taken as they are. */
  parse?: (args: ParsedArgs<T>, context: Context) => P | Promise<P>;
  send: (client: KeywardClient, parsed: P, context: Context) => Promise<V>;
  /** The question on a terminal before it is sent; a script needs --yes. */
  asks?: (parsed: P) => string;
  /** The result on a terminal. Default: its members line by line. */
  table?: (value: V) => Shown;
  /** The table is the result: it can be CSV too. */
  isList?: true;
  /** What JSON and YAML show of it. Default: all. */
  shown?: (value: V) => unknown;
  /** Whether stdout has something else already: the result goes to stderr, for people. */
  aside?: (value: V, parsed: P) => boolean;
  /** Runs after the result was printed. @returns an exit code other than 0 without an error. */
  after?: (value: V, context: Context, choice: OutputChoice) => number | void | Promise<number | void>;
}

/** A command that asks the server with a key, and prints the answer. */
export function request<const T extends ArgsDef, V, P = ParsedArgs<T>>({
  parse = (args) => args as P,
  asks,
  send,
  table,
  isList,
  shown = (value) => value,
  aside,
  after,
  ...rest
}: Request<T, P, V>): Verb<T & typeof CLIENT_ARGS> {
  return {
    ...rest,
    args: { ...rest.args, ...(asks && { yes: YES_ARG }), ...CLIENT_ARGS, ...(isList && LIST_OUTPUT_ARGS) },
    run: async (args, context) => {
      const parsed = await parse(args as ParsedArgs<T>, context);
      const choice = args as ClientChoice & OutputChoice & { yes?: boolean };
      if (asks !== undefined && choice.yes !== true) await confirm(context.io, asks(parsed));
      const value = await send(await openClient(choice, context), parsed, context);
      const isEmpty = isList === true && itemsIn(value)?.length === 0;
      const printed = {
        value: isList === true ? asPage(shown(value)) : shown(value),
        ...(table && { table: () => table(value) }),
      };
      if (aside?.(value, parsed) === true) await printAside(context, printed);
      else await print(context, choice, printed);
      if (isEmpty && rest.whenEmpty !== undefined && formOf(choice, context) === 'table')
        say(context.io, rest.whenEmpty);
      return after?.(value, context, choice);
    },
  };
}

const itemsIn = (value: unknown): readonly unknown[] | undefined => {
  const { items } = isObject(value) ? value : {};
  return Array.isArray(items) ? items : undefined;
};

/** All lists have the same members, also those that are never cut. */
const asPage = (value: unknown): unknown =>
  itemsIn(value) === undefined
    ? value
    : { ...(value as object), next_cursor: (value as { next_cursor?: unknown }).next_cursor ?? null };

const PAGE_ARGS = {
  limit: { type: 'string', description: 'Number of items in a page, 200 at most. Default: 50' },
  cursor: { type: 'string', description: 'next_cursor of the previous page' },
  all: { type: 'boolean', description: 'Every page' },
} as const;

export type FetchPage<I> = (query: { limit?: number; cursor?: string }) => Promise<Page<I>>;

interface List<T extends ArgsDef, P, I> extends Omit<
  Request<T, P, never>,
  'send' | 'asks' | 'table' | 'isList' | 'shown' | 'aside' | 'after'
> {
  columns: Columns<I>;
  open: (client: KeywardClient, parsed: P, context: Context) => FetchPage<I> | Promise<FetchPage<I>>;
}

/** A command that prints a page of a list, or all of it, as `{items, next_cursor}` or as a table. */
export function pagedList<const T extends ArgsDef, I, P = ParsedArgs<T>>({
  parse = (args) => args as P,
  open,
  columns,
  ...rest
}: List<T, P, I>): Verb<T & typeof PAGE_ARGS & typeof CLIENT_ARGS> {
  return request({
    ...rest,
    isList: true,
    args: { ...rest.args, ...PAGE_ARGS },
    parse: async (args, context) => {
      const { limit: size, cursor, all } = args as ParsedArgs<typeof PAGE_ARGS>;
      const limit = size === undefined ? undefined : wholeNumber('limit', size, { min: 1, max: 200 });
      return { limit, start: cursor, all, parsed: await parse(args as ParsedArgs<T>, context) };
    },
    send: async (client, { limit, start, all, parsed }, context): Promise<Page<I>> => {
      const fetchPage = await open(client, parsed, context);
      const pageAt = (cursor = start): Promise<Page<I>> => fetchPage(given({ limit, cursor }));
      if (all !== true) return pageAt();
      const items: I[] = [];
      for await (const item of paginate(pageAt)) items.push(item);
      return { items, next_cursor: null };
    },
    table: ({ items }) => tableOf(items, columns),
    after: ({ next_cursor }, context, choice) => {
      const isCut = next_cursor !== null && ['table', 'csv'].includes(formOf(choice, context));
      if (isCut) say(context.io, `There are more items: use --all, or --cursor ${next_cursor}`);
    },
  });
}
