import { clientFor, findServer, URL_ARGS } from './client.ts';
import { verb } from './command.ts';
import { fields, print, tableText } from './output.ts';

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

export const endpoints = verb({
  args: URL_ARGS,
  examples: ['endpoints', `$ keyward endpoints --output json | jq '.items[].path'`],
  notes: 'Needs no key. Interactive page: /api/docs of the server.',
  run: async (args, context) => {
    const { url } = await findServer(args, context);
    const response = await clientFor(url, undefined, context).get('/openapi.json');
    const items = endpointsOf(await response.json());
    await print(context, args, {
      value: { items, next_cursor: null },
      table: () =>
        tableText(items, {
          ...fields('method', 'path'),
          'needs scope': ({ access }) => access,
          ...fields('summary'),
        }),
    });
  },
});
