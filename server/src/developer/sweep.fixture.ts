import { SCOPES, type Scope } from '../access/index.ts';
import { allRoutes } from '../app/routes.ts';
import { needsKey, type Route } from '../http/route.ts';

export const developerRoutes = allRoutes('0.0.0').filter(({ surface }) => surface.name === 'developer');

/** Those that a key opens. */
export const keyed = developerRoutes.filter(needsKey);
export const scoped = keyed.filter(({ access }) => access !== 'any');
export const forSessions = developerRoutes.filter(({ access }) => access === 'session');
export const open = developerRoutes.filter(({ access }) => access === 'public');

/** Every scope but the one that a route needs. */
export const otherScopes = ({ access }: Route): Scope[] => SCOPES.filter((scope) => scope !== access);

/** What stands in a path for each parameter, unless it is given: things that nobody has. */
const NOBODYS: Record<string, string> = {
  id: '999999',
  workspaceId: '999999',
  uuid: '4c2f9b0e-0000-4000-8000-000000000000',
  embedId: '4c2f9b0e-0000-4000-8000-000000000000',
  sessionUuid: '4c2f9b0e-0000-4000-8000-000000000001',
  sessionId: '4c2f9b0e-0000-4000-8000-000000000001',
  docName: 'nobodys.json',
  filename: 'text-4c2f9b0e-0000-4000-8000-000000000000.txt',
};

/** The path of a route as clients write it. */
export function pathOf({ path }: Pick<Route, 'path'>, given: Record<string, string> = {}): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => given[name] ?? NOBODYS[name] ?? 'nobodys');
  return filled.startsWith('/v1/') ? `/api${filled}` : filled;
}

/** `GET /v1/auth`. */
export const nameOf = ({ method, path }: Route): string => `${method} ${path}`;
