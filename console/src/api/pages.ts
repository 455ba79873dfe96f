import { infiniteQueryOptions, type InfiniteData, type QueryKey } from '@tanstack/react-query';
import { useMemo } from 'react';

/*
 * The only ways to read a list that the server gives page by page: none of them hides that there is more. Guarded by
 * console/test/whole-lists.test.ts.
 */

/** Rows that are read at once. */
export const PAGE_ROWS = 100;

/** One page of a list. */
export interface PageOf<Row> {
  items: readonly Row[];
  next_cursor: string | null;
}

interface Asked {
  limit: number;
  cursor?: string | undefined;
}

/** A whole list, a page after the other: `List` reads on where the reader comes to its end. */
export const pagesQuery = <Page extends PageOf<unknown>>(
  queryKey: QueryKey,
  read: (query: Asked, signal: AbortSignal) => Promise<Page>,
) =>
  infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) => read({ limit: PAGE_ROWS, cursor: pageParam ?? undefined }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next_cursor }) => next_cursor,
  });

/** The pages of a list, as the cache holds them. */
export type Pages<Page> = InfiniteData<Page, string | null>;

/** The rows of all pages that were read. */
export const useRows = <Row>(data: InfiniteData<PageOf<Row>> | undefined): Row[] =>
  useMemo(() => data?.pages.flatMap(({ items }) => items) ?? [], [data]);

/** The beginning of a list. */
export interface FirstRows<Row> {
  rows: Row[];
  /** A page that shows the rows has to say it. */
  hasMore: boolean;
}

/** The first rows of a list, where the others are shown elsewhere or are found by a search. */
export async function firstRows<Row>(
  limit: number,
  read: (query: Asked) => Promise<PageOf<Row>>,
): Promise<FirstRows<Row>> {
  const { items, next_cursor } = await read({ limit });
  return { rows: [...items], hasMore: next_cursor !== null };
}

/** Pages of a list that is looked through before it is shown. */
const LOOKED_THROUGH_PAGES = 20;

/** The rows that fit, of as many pages as can be looked through. */
export async function fittingRows<Row>(
  fits: (row: Row) => boolean,
  read: (query: Asked) => Promise<PageOf<Row>>,
): Promise<FirstRows<Row>> {
  const rows: Row[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < LOOKED_THROUGH_PAGES && cursor !== null; page++) {
    const { items, next_cursor } = await read({ limit: PAGE_ROWS, cursor });
    rows.push(...items.filter(fits));
    cursor = next_cursor;
  }
  return { rows, hasMore: cursor !== null };
}
