import { SCOPES, type Scope } from '../access/index.ts';
import { allRoutes } from '../app/routes.ts';
import type { Route } from '../http/route.ts';

/** Those of the Developer API have refusals of their own (developer/refused-callers.test.ts). */
export const routes = allRoutes('0.0.0').filter(({ surface }) => surface.name !== 'developer');
export const guarded = routes.filter((route) => route.access !== 'public' && !('openTo' in route));
export const scoped = guarded.filter((route) => route.access !== 'any');

/** The path of a route with ids that nobody has. */
export function pathOf(route: Route): string {
  if (route.path.startsWith('/v1/running/')) return route.path.replace(':id', 'run_000000000000_0');
  const id = `${prefixIn(route.path)}_000000000000`;
  return route.path
    .replace(':secret_id', 'sec_000000000000')
    .replaceAll(/:\w+/g, id)
    .replace('*', 'no-model');
}

const PREFIXES: [RegExp, string][] = [
  [/^\/v1\/owners/, 'own'],
  [/^\/v1\/upstreams/, 'up'],
  [/^\/v1\/(jobs|workers\/:id\/(chunks|result|fail))/, 'job'],
  [/^\/v1\/workers/, 'wrk'],
];

const prefixIn = (path: string): string => PREFIXES.find(([of]) => of.test(path))?.[1] ?? 'key';

/** Every scope but the one that a route needs. */
export const otherScopes = (route: Route): Scope[] => SCOPES.filter((scope) => scope !== route.access);

interface JsonSchema {
  type?: string;
  properties?: Record<string, JsonSchema>;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: string[];
  additionalProperties?: boolean;
}

export const takesJson = (route: Route): boolean =>
  route.body !== undefined && (route.bodyKind ?? 'json') === 'json';

export const closedBody = (route: Route): boolean =>
  takesJson(route) && (route.body as JsonSchema).additionalProperties === false;

/** For each field of a body, at any depth: where it stands, and a body in which it is of a wrong type. */
export function wrongFields(schema: unknown): { field: string; body: object }[] {
  const { properties = {} } = schema as JsonSchema;
  return Object.entries(properties).flatMap(([name, property]) => [
    ...(takesAnything(property) ? [] : [{ field: name, body: { [name]: wrongFor(property) } }]),
    ...inside(property).map(({ field, body }) => ({ field: `${name}${field}`, body: { [name]: body } })),
  ]);
}

function inside(property: JsonSchema): { field: string; body: unknown }[] {
  if (property.type === 'object' && property.properties !== undefined)
    return wrongFields(property).map(({ field, body }) => ({ field: `.${field}`, body }));
  if (property.type === 'array' && property.items !== undefined) {
    const { items } = property;
    const first = takesAnything(items) ? [] : [{ field: '[0]', body: [wrongFor(items)] }];
    return [...first, ...inside(items).map(({ field, body }) => ({ field: `[0]${field}`, body: [body] }))];
  }
  return [];
}

const takesAnything = ({ type, anyOf, enum: values }: JsonSchema): boolean =>
  type === undefined && anyOf === undefined && values === undefined;

/** Of no type that any schema here has, but for what takes everything. */
function wrongFor(property: JsonSchema): unknown {
  const types = (property.anyOf ?? [property]).map(({ type }) => type);
  return types.includes('boolean') ? 'true' : true;
}
