import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { fittingRows, pagesQuery } from '../api/pages.ts';
import { isDrifted } from './states.ts';

export type ManagedKey = components['schemas']['BootstrapKey'];

const BOOTSTRAP = ['bootstrap'] as const;

/** The keys that runs of `keyward bootstrap` reported. */
export const managedKeysQuery = ({
  stack,
  state,
}: {
  stack?: string | undefined;
  state?: ManagedKey['state'] | undefined;
}) =>
  pagesQuery([...BOOTSTRAP, 'list', stack ?? null, state ?? null], (page, signal) =>
    unwrap(client.GET('/v1/bootstrap/keys', { params: { query: { stack, state, ...page } }, signal })),
  );

/** How often the whole list is looked through while the overview is open, ms. */
const LOOKED_THROUGH_EVERY_MS = 60_000;

/** The keys that are not as their manifests say. */
export const driftedKeysQuery = queryOptions({
  queryKey: [...BOOTSTRAP, 'drifted'],
  queryFn: ({ signal }) =>
    fittingRows(isDrifted, (query) =>
      unwrap(client.GET('/v1/bootstrap/keys', { params: { query }, signal })),
    ),
  refetchInterval: LOOKED_THROUGH_EVERY_MS,
});

export const managedKeyQuery = (stack: string, id: string) =>
  queryOptions({
    queryKey: [...BOOTSTRAP, stack, id],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/v1/bootstrap/keys/{stack}/{id}', { params: { path: { stack, id } }, signal })),
  });
