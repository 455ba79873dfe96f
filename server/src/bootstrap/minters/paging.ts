import { MinterError } from './minter.ts';

const PAGES_MAX = 200;

/**
 * All items of a list. A path with `{page}` (1, 2, …) or `{offset}` (how many items were read before) is asked until a
 * page is empty: a page that is merely short may be one that the service made shorter than it was asked for.
 */
export async function allItems(
  path: string,
  ask: (values: Record<string, string>) => Promise<unknown[]>,
): Promise<unknown[]> {
  const items: unknown[] = [];
  for (let page = 1; page <= PAGES_MAX; page++) {
    const some = await ask({ page: String(page), offset: String(items.length) });
    items.push(...some);
    if (some.length === 0 || !/\{(page|offset)\}/.test(path)) return items;
  }
  throw new MinterError(
    'refused',
    `The list ${path} has no end after ${PAGES_MAX} pages. Check that the service knows the parameter of the page.`,
  );
}
