/** A page of a list. */
export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

/**
 * Gives every item of a list, and asks for a page when its first item is wanted.
 * @param fetchPage asks for the page at a cursor; undefined for the first
 * @throws Error where the server gives the same cursor twice; what `fetchPage` throws
 * @example
 * ```ts
 * const page = (cursor?: string) => unwrap(client.GET('/v1/keys', { params: { query: { cursor } } }));
 * for await (const { id, name } of paginate(page)) console.log(id, name);
 * ```
 */
export async function* paginate<T>(
  fetchPage: (cursor: string | undefined) => Promise<Page<T>>,
): AsyncGenerator<T> {
  let cursor: string | undefined;
  do {
    const page = await fetchPage(cursor);
    yield* page.items;
    // A server that gives the same cursor for ever must not hold its caller for ever.
    if (page.next_cursor !== null && page.next_cursor === cursor)
      throw new Error('The list does not end: the server gave the same cursor twice.');
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
}
