import { unwrap, type components } from '@keyward/sdk';
import { queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Workspace = components['schemas']['WorkspaceInList'];
export type OpenWorkspace = components['schemas']['WorkspaceWithDocuments'];
export type EmbeddedDocument = components['schemas']['EmbeddedDocument'];

/** All queries of workspaces begin with it. */
export const WORKSPACES = ['workspaces'] as const;

/** How often is asked whether waiting documents are embedded. */
const WAITING_MS = 2_000;

export const workspacesQuery = queryOptions({
  queryKey: [...WORKSPACES, 'list'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/workspaces', { signal }))).workspaces,
});

/** null: no workspace that the person may see has this slug. */
export const workspaceQuery = (slug: string) =>
  queryOptions({
    queryKey: [...WORKSPACES, 'one', slug],
    queryFn: async ({ signal }): Promise<OpenWorkspace | null> => {
      const params = { path: { slug } };
      const { workspace } = await unwrap(client.GET('/v1/workspace/{slug}', { params, signal }));
      return workspace[0] ?? null;
    },
    refetchInterval: ({ state: { data } }) =>
      data?.documents.some(({ notEmbedded }) => notEmbedded?.status === 'pending') === true
        ? WAITING_MS
        : false,
  });

/** Names of the models that the person may use. */
export const modelsQuery = queryOptions({
  queryKey: [...WORKSPACES, 'models'],
  queryFn: async ({ signal }) => {
    const { data } = await unwrap(client.GET('/v1/models', { signal }));
    return data.map(({ id }) => id);
  },
});

export const membersQuery = (workspaceId: number) =>
  queryOptions({
    queryKey: [...WORKSPACES, 'members', workspaceId],
    queryFn: async ({ signal }) => {
      const params = { path: { workspaceId: String(workspaceId) } };
      const path = '/v1/admin/workspaces/{workspaceId}/users';
      return (await unwrap(client.GET(path, { params, signal }))).users;
    },
  });

export const usersQuery = queryOptions({
  queryKey: [...WORKSPACES, 'users'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/admin/users', { signal }))).users,
});
