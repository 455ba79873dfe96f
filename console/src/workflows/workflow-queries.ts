import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Workflow = components['schemas']['Workflow'];
export type Execution = components['schemas']['Execution'];

const WORKFLOWS = ['workflows'] as const;
const SHOWN_MAX = 100;
const EVERY_MS = 3_000;

export const workflowsQuery = queryOptions({
  queryKey: [...WORKFLOWS, 'list'],
  queryFn: async ({ signal }) =>
    (await unwrap(client.GET('/v1/agents/workflows', { params: { query: { limit: SHOWN_MAX } }, signal })))
      .items,
});

/** The latest executions. */
export const executionsQuery = queryOptions({
  queryKey: [...WORKFLOWS, 'executions'],
  queryFn: async ({ signal }) =>
    (await unwrap(client.GET('/v1/agents/executions', { params: { query: { limit: SHOWN_MAX } }, signal })))
      .items,
  refetchInterval: EVERY_MS,
});

export const executionQuery = (id: string) =>
  queryOptions({
    queryKey: [...WORKFLOWS, 'execution', id],
    queryFn: ({ signal }) =>
      unwrap(client.GET('/v1/agents/executions/{id}', { params: { path: { id } }, signal })),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.state === 'RUNNING' ? EVERY_MS : false,
  });

export function useCancelExecution(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(client.POST('/v1/agents/executions/{id}/cancel', { params: { path: { id } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: WORKFLOWS }),
  });
}
