import { KeywardApiError, type components, type KeywardClient } from '@keyward/sdk';
import { similar } from '../base/nearest.ts';
import { clientFor, findServer, URL_ARGS } from './client.ts';
import { verb } from './command.ts';
import { CliError, EXIT } from './exit.ts';
import { fields, LIST_OUTPUT_ARGS, print, tableOf } from './output.ts';

interface Operation {
  operationId: string;
  summary?: string;
  security?: object[];
  'x-keyward-scope'?: string;
}

interface Endpoint {
  method: string;
  path: string;
  summary: string;
  /** A scope; or `any`: every key, `session`: a session instead of a key, `none`: no authentication. */
  access: string;
}

export function endpointsOf(document: unknown): Endpoint[] {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> };
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      summary: operation.summary ?? '',
      access: accessOf(operation),
    })),
  );
}

function accessOf({ security = [{}], ...operation }: Operation): string {
  if (security.length === 0) return 'none';
  return operation['x-keyward-scope'] ?? (security.some((way) => 'session' in way) ? 'session' : 'any');
}

/** Such as `/v1/keys`. */
export const groupOf = (path: string): string => path.split('/').slice(0, 3).join('/');

export const endpoints = verb({
  args: {
    group: {
      type: 'positional',
      description:
        'Only endpoints of this group, such as marketplace or /v1/marketplace. Exit code 5: the server has none',
      required: false,
    },
    ...URL_ARGS,
    ...LIST_OUTPUT_ARGS,
  },
  examples: ['endpoints', 'endpoints marketplace', `$ keyward endpoints --output json | jq '.items[].path'`],
  notes: 'Needs no key. Interactive page: /api/docs of the server.',
  run: async (args, context) => {
    const { url } = await findServer(args, context);
    const client = clientFor(url, undefined, context);
    const response = await client.get('/openapi.json');
    const all = endpointsOf(await response.json());
    const starts = args.group === undefined ? undefined : await startsOf(client, args.group, all);
    const items = all.filter(({ path }) => starts?.includes(groupOf(path)) ?? true);
    await print(context, args, {
      value: { items, next_cursor: null },
      table: () =>
        tableOf(items, {
          ...fields('method', 'path'),
          'needs scope': ({ access }) => access,
          ...fields('summary'),
        }),
    });
  },
});

type Capabilities = components['schemas']['ServerCapabilities'];

/** Where the paths of a group begin. @throws CliError exit code 5 where the server has no such group */
async function startsOf(client: KeywardClient, group: string, all: readonly Endpoint[]): Promise<string[]> {
  const { version, groups } = await capabilitiesOf(client, all);
  const found = groups.filter(
    ({ name, path, aliases }) =>
      name === group || path === groupOf(group) || aliases.some((alias) => alias.endsWith(`/${group}`)),
  );
  if (found.length > 0) return found.map(({ path }) => path);
  const [meant] = similar(
    group,
    groups.map(({ name }) => name),
  );
  throw new CliError(`This server has no ${group} endpoints. It is Keyward ${version}.`, {
    exitCode: EXIT.notFound,
    hint:
      meant === undefined
        ? `It has: ${groups.map(({ path }) => path).join(', ')}`
        : `Did you mean keyward endpoints ${meant}?`,
  });
}

/** Of older servers: from their OpenAPI document. */
async function capabilitiesOf(client: KeywardClient, all: readonly Endpoint[]): Promise<Capabilities> {
  try {
    return (await (await client.get('/v1/capabilities')).json()) as Capabilities;
  } catch (error) {
    if (!(error instanceof KeywardApiError && error.status === 404)) throw error;
  }
  const { version } = (await (await client.get('/healthz')).json()) as { version: string };
  const paths = [...new Set(all.map(({ path }) => groupOf(path)))];
  const named = paths.map((path) => ({ name: path.split('/').at(-1) ?? '', path }));
  return { version, groups: named.map((one) => ({ ...one, version: '', aliases: [], endpoints: [] })) };
}
