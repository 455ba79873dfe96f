import type { IncomingMessage } from 'node:http';
import { KeywardError } from '../base/errors.ts';
import { VERSION } from '../base/version.ts';
import type { Route } from './route.ts';
import { shownRoute, similarRoutes } from './similar-route.ts';
import type { Surface } from './surface.ts';

/** The path of a URL in lower case, without its query and its last slash. */
export function plainPath(url: string): string {
  const path = (url.split('?', 1)[0] ?? '').toLowerCase();
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Of the same noun, where no route is similar. */
const NEAREST_MAX = 5;

/** 404 `route_not_found`, with the nearest routes and the version of the server; 405 where the path exists under another method (`isPath`). */
export function noSuchRoute<S>(
  routes: readonly Route<S>[],
  { method = 'GET', url = '/' }: IncomingMessage,
  plain: string,
): { error: KeywardError; surface: Surface<S> | undefined; isPath: boolean } {
  const path = plainPath(plain);
  const same = routes.filter((declared) => declared.path.toLowerCase() === path);
  const there = same.length > 0 ? same : routes.filter((declared) => matches(declared.path, path));
  const noun = nounOf(path);
  const ofNoun = noun === undefined ? [] : routes.filter((route) => nounOf(route.path) === noun);
  const surface =
    there[0]?.surface ?? onlySurface(ofNoun) ?? surfacesOf(routes).find((one) => one.isAt?.(url) === true);
  const methods = [...new Set(there.map((declared) => declared.method))];
  if (methods.length > 0) {
    const allow = methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])).join(', ');
    const message = `This endpoint supports ${allow}, not ${method}.`;
    const error = new KeywardError('method_not_allowed', message, { headers: { allow } });
    return { error, surface, isPath: true };
  }
  const words = surface?.wordsAt?.(url);
  // Of an API that others specified only the same noun helps: GET /v1/evals is not GET /v1/jobs.
  const similar = similarRoutes({ method, path }, words === undefined ? routes : ofNoun);
  const nearest = similar.length > 0 ? similar : ofNoun.slice(0, NEAREST_MAX).map(shownRoute);
  const meant = similar[0] === undefined ? '' : `Did you mean ${similar[0]}? `;
  const error = new KeywardError('route_not_found', words ?? 'There is no such endpoint.', {
    hint: `${meant}GET /openapi.json lists all endpoints.`,
    details: { version: VERSION, nearest },
  });
  return { error, surface, isPath: false };
}

/** That of all these routes: `/api/v1/jobs/…` is no path of the Developer API, which is below `/api` too. */
function onlySurface<S>(routes: readonly Route<S>[]): Surface<S> | undefined {
  const surfaces = surfacesOf(routes);
  return surfaces.length === 1 ? surfaces[0] : undefined;
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
