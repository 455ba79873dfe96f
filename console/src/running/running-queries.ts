import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type RunningRequest = components['schemas']['RunningRequest'];
export type Stopped = components['schemas']['StoppedRequests'];
/** What is stopped: one request, or all of a key, an owner or a tag. */
export type StopTarget = { id: string } | { key: string } | { owner: string } | { tag: string };

const RUNNING = ['running'] as const;
const EVERY_MS = 2_000;
const SHOWN_MAX = 200;

/** The requests in flight on all nodes, newest first. */
export const runningQuery = queryOptions({
  queryKey: RUNNING,
  queryFn: ({ signal }) =>
    unwrap(client.GET('/v1/running', { params: { query: { limit: SHOWN_MAX } }, signal })),
  refetchInterval: EVERY_MS,
});

/** Stops requests, and gives what every node has confirmed. */
export function useStop() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (target: StopTarget): Promise<Stopped> =>
      'id' in target
        ? unwrap(client.POST('/v1/running/{id}/stop', { params: { path: { id: target.id } } }))
        : unwrap(client.POST('/v1/running/stop', { body: target })),
    onSettled: () => queries.invalidateQueries({ queryKey: RUNNING }),
  });
}
