import { SCOPES, type Scope } from '../access/index.ts';
import { allRoutes } from '../app/routes.ts';
import { needsKey, type Route } from '../http/route.ts';

/** Those of the Developer API have refusals of their own (developer/refused-callers.test.ts). */
export const routes = allRoutes('0.0.0').filter(({ surface }) => surface.name !== 'developer');
/** Those that a key opens. */
export const guarded = routes.filter(needsKey);
export const forSessions = routes.filter(({ access }) => access === 'session');
export const scoped = guarded.filter((route) => route.access !== 'any');

const KINDS: Record<string, string> = {
  'agents/workflows': 'wfl',
  'agents/executions': 'exec',
  'swarm/tasks': 'swt',
};

/** The path of a route with ids that nobody has. */
export function pathOf(route: Route): string {
  if (route.path.startsWith('/v1/running/')) return route.path.replace(':id', 'run_000000000000_0');
  if (route.path.startsWith('/v1/sessions/'))
    return route.path.replace(':id', '4c2f9b0e-0000-4000-8000-000000000000');
  const [, kind] = /^\/v1\/(agents\/workflows|agents\/executions|swarm\/tasks)\//.exec(route.path) ?? [];
  if (kind !== undefined) return route.path.replace(':id', `${KINDS[kind]}_000000000000`);
  if (route.path.startsWith('/v1/marketplace/')) return route.path.replace(':id', 'wrk_000000000000-0');
  if (/^\/v1\/(admin\/miners\/:id$|workers\/:id\/(pause|resume))/.test(route.path))
    return route.path.replace(':id', 'wrk_000000000000');
  const noun = /^\/v1\/(?:admin\/)?(\w+)/.exec(route.path)?.[1] ?? '';
  // The id after /v1/workers is that of a job, or any name of a worker.
  const prefixes: Record<string, string> = {
    owners: 'own',
    upstreams: 'up',
    jobs: 'job',
    workers: 'job',
    files: 'file',
    batches: 'batch',
  };
  const id = `${prefixes[noun] ?? 'key'}_000000000000`;
  return route.path
    .replace(':secret_id', 'sec_000000000000')
    .replaceAll(/:\w+/g, id)
    .replace('*', 'no-model');
}

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
    ...(takesAll(property) ? [] : [{ field: name, body: { [name]: wrongFor(property) } }]),
    ...inside(property).map(({ field, body }) => ({ field: `${name}${field}`, body: { [name]: body } })),
  ]);
}

function inside(property: JsonSchema): { field: string; body: unknown }[] {
  if (property.type === 'object' && property.properties !== undefined)
    return wrongFields(property).map(({ field, body }) => ({ field: `.${field}`, body }));
  if (property.type === 'array' && property.items !== undefined) {
    const { items } = property;
    const first = takesAll(items) ? [] : [{ field: '[0]', body: [wrongFor(items)] }];
    return [...first, ...inside(items).map(({ field, body }) => ({ field: `[0]${field}`, body: [body] }))];
  }
  return [];
}

const takesAll = ({ type, anyOf, enum: words }: JsonSchema): boolean =>
  type === undefined && anyOf === undefined && words === undefined;

/** Of no type that any schema here has. */
function wrongFor(property: JsonSchema): unknown {
  const types = (property.anyOf ?? [property]).map(({ type }) => type);
  return types.includes('boolean') ? 'true' : true;
}
