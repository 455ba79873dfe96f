import type { IncomingMessage } from 'node:http';
import { KeywardError } from '../base/errors.ts';
import type { Route } from './route.ts';
import { similarRoute } from './similar-route.ts';
import type { Surface } from './surface.ts';

/** The path of a URL in lower case, without its query and its last slash. */
export function plainPath(url: string): string {
  const path = (url.split('?', 1)[0] ?? '').toLowerCase();
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** 404 `route_not_found`, with a similar route where there is one; 405 where the path exists under another method (`isPath`). */
export function noSuchRoute<S>(
  routes: readonly Route<S>[],
  { method = 'GET', url = '/' }: IncomingMessage,
  plain: string,
): { error: KeywardError; surface: Surface<S> | undefined; isPath: boolean } {
  const path = plainPath(plain);
  const same = routes.filter((declared) => declared.path.toLowerCase() === path);
  const there = same.length > 0 ? same : routes.filter((declared) => matches(declared.path, path));
  const surface = there[0]?.surface ?? surfacesOf(routes).find((one) => one.isAt?.(url) === true);
  const methods = [...new Set(there.map((declared) => declared.method))];
  if (methods.length > 0) {
    const allow = methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])).join(', ');
    const message = `This endpoint supports ${allow}, not ${method}.`;
    const error = new KeywardError('method_not_allowed', message, { headers: { allow } });
    return { error, surface, isPath: true };
  }
  const words = surface?.wordsAt?.(url);
  // Of an API that others specified only the same noun helps: GET /v1/evals is not GET /v1/jobs.
  const known = words === undefined ? routes : routes.filter((route) => nounOf(route.path) === nounOf(path));
  const similar = similarRoute({ method, path }, known);
  const hint = `${similar === undefined ? '' : `Did you mean ${similar}? `}GET /openapi.json lists all endpoints.`;
  const error = new KeywardError('route_not_found', words ?? 'There is no such endpoint.', { hint });
  return { error, surface, isPath: false };
}

const nounOf = (path: string): string | undefined => path.split('/')[2];

export const surfacesOf = <S>(routes: readonly Route<S>[]): Surface<S>[] => [
  ...new Set(routes.map(({ surface }) => surface)),
];

function matches(pattern: string, path: string): boolean {
  const open = pattern.endsWith('/*');
  const wanted = (open ? pattern.slice(0, -2) : pattern).split('/');
  const given = path.split('/');
  if (open ? given.length <= wanted.length : given.length !== wanted.length) return false;
  return wanted.every(
    (part, index) => part.toLowerCase() === given[index] || (part.startsWith(':') && given[index] !== ''),
  );
}
