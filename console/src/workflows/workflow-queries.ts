import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { pagesQuery } from '../api/pages.ts';

export type Workflow = components['schemas']['Workflow'];
export type Execution = components['schemas']['Execution'];

const WORKFLOWS = ['workflows'] as const;
const EVERY_MS = 3_000;

export const workflowsQuery = pagesQuery([...WORKFLOWS, 'list'], (query, signal) =>
  unwrap(client.GET('/v1/agents/workflows', { params: { query }, signal })),
);

/** The executions, newest first. */
export const executionsQuery = {
  ...pagesQuery([...WORKFLOWS, 'executions'], (query, signal) =>
    unwrap(client.GET('/v1/agents/executions', { params: { query }, signal })),
  ),
  refetchInterval: EVERY_MS,
};

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
