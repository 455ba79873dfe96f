import { paginate, type Page } from '@keyward/sdk';
import type { Context } from './command.ts';
import { say } from './io.ts';
import { formOf, print, tableText, type Columns, type OutputChoice } from './output.ts';
import { wholeNumber } from './parse.ts';

/** Flags of every list. */
export const PAGE_ARGS = {
  limit: { type: 'string', description: 'Number of items in a page, 200 at most. Default: 50' },
  cursor: { type: 'string', description: 'next_cursor of the previous page' },
  all: { type: 'boolean', description: 'Every page' },
} as const;

/** Which pages; read before anything is asked of the server. */
export interface Pages {
  limit: number | undefined;
  cursor: string | undefined;
  all: boolean;
}

/** @throws CliError naming the flag. */
export function pagesOf(choice: {
  limit?: string | undefined;
  cursor?: string | undefined;
  all?: boolean | undefined;
}): Pages {
  const { limit, cursor, all = false } = choice;
  return {
    limit: limit === undefined ? undefined : wholeNumber('limit', limit, { min: 1, max: 200 }),
    cursor,
    all,
  };
}

interface PageQuery {
  limit?: number;
  cursor?: string;
}

/** Prints a page of a list, or all of it, as `{items, next_cursor}` or as a table. */
export async function printPages<T>(
  context: Context,
  choice: OutputChoice,
  {
    pages: { limit, cursor, all },
    columns,
    fetchPage,
  }: { pages: Pages; columns: Columns<T>; fetchPage: (query: PageQuery) => Promise<Page<T>> },
): Promise<void> {
  const pageAt = (cursor: string | undefined): Promise<Page<T>> => fetchPage(given({ limit, cursor }));
  const value = all ? { items: await everything(pageAt, cursor), next_cursor: null } : await pageAt(cursor);
  await print(context, choice, { value, table: () => tableText(value.items, columns) });
  if (value.next_cursor !== null && formOf(choice, context) === 'table')
    say(context.io, `There is more: --all, or --cursor ${value.next_cursor}`);
}

async function everything<T>(
  pageAt: (cursor: string | undefined) => Promise<Page<T>>,
  start: string | undefined,
): Promise<T[]> {
  const items: T[] = [];
  for await (const item of paginate((cursor) => pageAt(cursor ?? start))) items.push(item);
  return items;
}

/** Members that were given. */
export function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;
}
