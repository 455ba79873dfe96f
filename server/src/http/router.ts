import type { HTTPMethod } from 'find-my-way';
import findMyWay from 'find-my-way';
import type { Route } from './route.ts';

/** The route of a URL. */
export interface Found<Entry> {
  entry: Entry;
  params: unknown;
  query: unknown;
}

/** An id of any length is looked up. */
const PARAM_MAX_LENGTH = 16_384;

/**
 * Finds the route of a request: find-my-way, the router of Fastify, and nothing else of it (docs/decisions/0010). Case makes no
 * difference.
 */
export class Router<Entry> {
  readonly #ways = findMyWay({
    maxParamLength: PARAM_MAX_LENGTH,
    caseSensitive: false,
    onBadUrl: () => undefined,
  });

  /** By method and URL as most clients write it: found in a tenth of the time. */
  readonly #fixed = new Map<string, Map<string, Entry>>();

  /** HEAD is answered like GET, without the body. */
  add({ method, path }: Pick<Route, 'method' | 'path'>, entry: Entry): void {
    const methods: HTTPMethod[] = method === 'GET' ? ['GET', 'HEAD'] : [method];
    this.#ways.on(methods, path, () => undefined, entry);
    if (/[:*]/.test(path)) return;
    for (const one of methods) this.#fixed.set(one, (this.#fixed.get(one) ?? new Map()).set(path, entry));
  }

  /** @returns undefined if no route matches; 'unreadable' for a URL that cannot be decoded. */
  find(method: string, url: string): Found<Entry> | undefined | 'unreadable' {
    const fixed = this.#fixed.get(method)?.get(url);
    if (fixed !== undefined) return { entry: fixed, params: {}, query: {} };
    const found = this.#ways.find(method as HTTPMethod, url);
    if (found === null) return undefined;
    // For a URL that it cannot decode it gives a handler without an entry.
    if (found.store === null) return 'unreadable';
    return { entry: found.store as Entry, params: found.params, query: found.searchParams };
  }
}
