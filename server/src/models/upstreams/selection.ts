import { selectsByAny, type NameSelector } from '../../access/index.ts';
import { KeywardError } from '../../base/errors.ts';
import { isMessages, isResponses, isSimple } from '../request/paths.ts';
import type { Route } from './catalogue.ts';
import { REMOTE_UPSTREAM } from './remote-models.ts';
import { LOCAL_UPSTREAM } from './upstream.ts';

type Names = Pick<Route, 'name' | 'qualifiedName'>;

/**
 * Whether a key may use a route. Either of its two names, `gpt-4o` and `openai/gpt-4o`, may be allowed or denied: `deny openai/*` also
 * holds for a request for `gpt-4o`.
 */
export const mayUse = (selector: NameSelector | undefined, route: Names): boolean =>
  covers(selector, namesOf(route));

export const namesOf = ({ name, qualifiedName }: Names): string[] => [name, qualifiedName];

/** Whether a selector covers a name, plain or `upstream/name`, whether or not there is such a model. */
export const coversName = (selector: NameSelector | undefined, name: string): boolean =>
  covers(selector, [name, name.slice(name.indexOf('/') + 1)]);

const covers = (selector: NameSelector | undefined, names: readonly string[]): boolean =>
  selector === undefined || selectsByAny(selector, names);

/**
 * A random order by weight: each item is first as often as its share says. Weight 0 comes last.
 * @param random uniform in [0, 1).
 */
export function weightedOrder<T>(
  items: readonly T[],
  weightOf: (item: T) => number,
  random = Math.random,
): T[] {
  if (items.length === 1) return [...items];
  // Efraimidis and Spirakis: the largest of u^(1/w), here as -ln(u)/w from the smallest.
  return items
    .map((item) => ({ item, rank: -Math.log(1 - random()) / weightOf(item) }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ item }) => item);
}

/**
 * The routes whose server has a path. The local model and workers have few.
 * @throws KeywardError `model_not_found` if no route is left.
 */
export function routesWith(path: string, routes: readonly Route[]): readonly Route[] {
  if (isSimple(path)) return routes;
  const able = routes.filter(({ target }) => target.id !== LOCAL_UPSTREAM && target.id !== REMOTE_UPSTREAM);
  const [first] = routes;
  if (able.length > 0 || first === undefined) return able;
  const where = first.target.id === LOCAL_UPSTREAM ? 'runs on this server' : 'is served by workers';
  throw new KeywardError(
    'model_not_found',
    `The model ${JSON.stringify(first.name)} ${where}, and has no ${apiOf(path)}.`,
    {
      hint: 'It answers /v1/chat/completions, /v1/completions and /v1/embeddings. For other endpoints choose a model of an upstream that has them.',
    },
  );
}

function apiOf(path: string): string {
  if (isMessages(path)) return 'Messages API';
  return isResponses(path) ? 'Responses API' : `endpoint /v1${path}`;
}
