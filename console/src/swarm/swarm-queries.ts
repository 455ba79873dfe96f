import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type SwarmRow = components['schemas']['SwarmList']['items'][number];

const EVERY_MS = 5_000;

/** Swarms with their members. */
export const swarmsQuery = queryOptions({
  queryKey: ['swarms'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/swarm/list', { signal }))).items,
  refetchInterval: EVERY_MS,
});

export const swarmQuery = (id: string) =>
  queryOptions({
    queryKey: ['swarms', id],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/v1/swarm/status', { params: { query: { swarm_id: id } }, signal }))).members,
    refetchInterval: EVERY_MS,
  });
