import { unwrap } from '@keyward/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { membersQuery, WORKSPACES, type OpenWorkspace } from './workspace-queries.ts';

/** The settings of a workspace as a request has them. */
export interface WorkspaceBody {
  name?: string;
  openAiTemp?: number | null;
  openAiHistory?: number;
  openAiPrompt?: string | null;
  similarityThreshold?: number;
  chatModel?: string | null;
  topN?: number;
  chatMode?: string;
  agentModel?: string | null;
  queryRefusalResponse?: string | null;
  vectorSearchMode?: string;
}

/** Reads what is shown of workspaces anew. */
function useRenew(): () => Promise<void> {
  const queries = useQueryClient();
  return () => queries.invalidateQueries({ queryKey: WORKSPACES });
}

export function useCreateWorkspace() {
  const renew = useRenew();
  return useMutation({
    mutationFn: async (body: WorkspaceBody & { name: string }) =>
      (await unwrap(client.POST('/v1/workspace/new', { body }))).workspace,
    onSuccess: renew,
  });
}

export function useUpdateWorkspace(slug: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: (body: WorkspaceBody) =>
      unwrap(client.POST('/v1/workspace/{slug}/update', { params: { path: { slug } }, body })),
    onSuccess: renew,
  });
}

export function useDeleteWorkspace(slug: string) {
  const renew = useRenew();
  return useMutation({
    mutationFn: () => client.DELETE('/v1/workspace/{slug}', { params: { path: { slug } }, parseAs: 'text' }),
    onSuccess: renew,
  });
}

/** Each change is made of the members that the server has, never of those that a page shows: others may have changed them. */
export function useMemberChanges({ id, slug }: Pick<OpenWorkspace, 'id' | 'slug'>) {
  const queries = useQueryClient();
  const onSuccess = useRenew();
  const add = useMutation({
    mutationFn: async (userIds: number[]) => {
      const params = { path: { workspaceSlug: slug } };
      await unwrap(
        client.POST('/v1/admin/workspaces/{workspaceSlug}/manage-users', { params, body: { userIds } }),
      );
    },
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: async (userId: number) => {
      const members = await queries.fetchQuery({ ...membersQuery(id), staleTime: 0 });
      const userIds = members.map((member) => member.userId).filter((one) => one !== userId);
      const path = '/v1/admin/workspaces/{workspaceId}/update-users';
      const params = { path: { workspaceId: String(id) } };
      const { success, error } = await unwrap(client.POST(path, { params, body: { userIds } }));
      if (!success) throw new Error(error ?? 'The members were not changed.');
    },
    onSuccess,
  });
  return { add, remove };
}
