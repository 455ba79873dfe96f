import { Type } from 'typebox';
import { shownRoute, type Route as AnyRoute } from '../http/index.ts';
import type { Route } from './services.ts';
import { ALIASES, route } from './surface.ts';

const Group = Type.Object(
  {
    name: Type.String({ description: 'Such as jobs' }),
    version: Type.String({ description: 'Version of the API, such as v1; empty: it has none' }),
    path: Type.String({ description: 'Where its paths begin, such as /v1/jobs' }),
    aliases: Type.Array(Type.String(), { description: 'Other beginnings of its paths' }),
    endpoints: Type.Array(Type.String(), { description: 'Such as GET /v1/jobs/{id}' }),
  },
  { title: 'EndpointGroup' },
);

type Named = Pick<AnyRoute, 'method' | 'path'>;

interface EndpointGroup {
  name: string;
  version: string;
  path: string;
  aliases: string[];
  endpoints: string[];
}

/** The groups of these routes, by the beginnings of their paths. */
export function groupsOf(routes: readonly Named[]): EndpointGroup[] {
  const groups = new Map<string, EndpointGroup>();
  for (const { method, path } of routes) {
    const [, first = '', second = ''] = path.split('/');
    const isVersioned = /^v\d+$/.test(first);
    const start = isVersioned || first === 'api' ? `/${first}/${second}` : `/${first}`;
    const name = start.split('/').at(-1) ?? '';
    const version = isVersioned ? first : '';
    const group = groups.get(start) ?? {
      name,
      version,
      path: start,
      aliases: aliasesOf(name, version),
      endpoints: [],
    };
    group.endpoints.push(shownRoute({ method, path }));
    groups.set(start, group);
  }
  return [...groups.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

const aliasesOf = (name: string, version: string): string[] =>
  Object.entries(ALIASES).flatMap(([alias, meant]) =>
    meant === name && version !== '' ? [`/${version}/${alias}`] : [],
  );

/**
 * What this server has, so that a client can say what is missing before it sends anything. Public, as /openapi.json and
 * /healthz are: it says nothing that they do not, and a client asks it before it sends a key.
 * @param routes read when it is asked: it may be among them.
 */
export const capabilitiesRoute = (routes: () => readonly Named[]): Route => {
  let groups: EndpointGroup[] | undefined;
  return route({
    method: 'GET',
    path: '/v1/capabilities',
    id: 'system.capabilities',
    summary: 'List the groups of endpoints of this server, with its version',
    access: 'public',
    responses: {
      200: Type.Object(
        { version: Type.String(), groups: Type.Array(Group, { description: 'By path' }) },
        { title: 'ServerCapabilities' },
      ),
    },
    handler: ({ version }) => ({ status: 200, body: { version, groups: (groups ??= groupsOf(routes())) } }),
  });
};
