import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';

export type SwarmRow = components['schemas']['SwarmList']['items'][number];

export type Task = components['schemas']['SwarmTask'];
export type TaskRow = components['schemas']['SwarmTaskRow'];

const EVERY_MS = 5_000;

/** Swarms with their members. */
export const swarmsQuery = queryOptions({
  queryKey: ['swarms'],
  queryFn: async ({ signal }) => {
    const { items, has_more: hasMore } = await unwrap(client.GET('/v1/swarm/list', { signal }));
    return { rows: items, hasMore };
  },
  refetchInterval: EVERY_MS,
});

/** The person's own tasks, newest first. */
export const tasksQuery = {
  ...pagesQuery(['swarms', 'tasks'], (query, signal) =>
    unwrap(client.GET('/v1/swarm/tasks', { params: { query }, signal })),
  ),
  refetchInterval: EVERY_MS,
};

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['swarms', 'task', id],
    queryFn: ({ signal }): Promise<Task> =>
      unwrap(client.GET('/v1/swarm/tasks/{id}/status', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.state === 'RUNNING' ? EVERY_MS : false,
  });

export const swarmQuery = (id: string) =>
  queryOptions({
    queryKey: ['swarms', 'members', id],
    queryFn: async ({ signal }) =>
      (await unwrap(client.GET('/v1/swarm/status', { params: { query: { swarm_id: id } }, signal }))).members,
    refetchInterval: EVERY_MS,
  });
