import { badInput } from './errors.ts';

export interface PageArguments {
  first: number;
  after?: string | null;
}

export interface Range {
  offset: number;
  limit: number;
}

export interface Page<T> {
  nodes: T[];
  totalCount: number;
  pageInfo: { endCursor: string | null; hasNextPage: boolean };
}

const PAGE_MAX = 200;

/** @throws GraphQLError `BAD_USER_INPUT` */
export function rangeOf({ first, after }: PageArguments): Range {
  if (!(first >= 1 && first <= PAGE_MAX))
    throw badInput('first', `must be a whole number from 1 to ${PAGE_MAX}, such as 50.`);
  return { offset: after === undefined || after === null ? 0 : placeIn(after), limit: first };
}

/** @param nodes those of the range, of `totalCount` in all */
export function pageOf<T>(nodes: T[], { offset }: Range, totalCount: number): Page<T> {
  const end = offset + nodes.length;
  const endCursor = nodes.length === 0 ? null : cursorOf(end);
  return { nodes, totalCount, pageInfo: { endCursor, hasNextPage: end < totalCount } };
}

/** A page of a list that is there as a whole. */
export function sliced<T>(all: readonly T[], page: PageArguments): Page<T> {
  const range = rangeOf(page);
  return pageOf(all.slice(range.offset, range.offset + range.limit), range, all.length);
}

const cursorOf = (place: number): string => Buffer.from(`after ${place}`).toString('base64url');

function placeIn(cursor: string): number {
  const [, place] = /^after (\d{1,9})$/.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (place === undefined) throw badInput('after', 'must be the endCursor of a page of the same list.');
  return Number(place);
}

/** @throws GraphQLError `BAD_USER_INPUT` */
export function wholeWithin(argument: string, value: number, most: number): number {
  if (value >= 1 && value <= most) return value;
  throw badInput(argument, `must be a whole number from 1 to ${most}, such as 10.`);
}
