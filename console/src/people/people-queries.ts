import { unwrap, type components } from '@keyward/sdk';
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type Person = components['schemas']['User'];
export type Invite = Omit<components['schemas']['ListedInvite'], 'code'>;

const PEOPLE = ['people'] as const;

export const peopleQuery = queryOptions({
  queryKey: [...PEOPLE, 'users'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/admin/users', { signal }))).users,
});

export const invitesQuery = queryOptions({
  queryKey: [...PEOPLE, 'invites'],
  queryFn: async ({ signal }) => {
    const { invites, hasMore = false } = await unwrap(client.GET('/v1/admin/invites', { signal }));
    // The code of an invite makes a user of anybody who has it.
    return { rows: invites.map(({ code: _code, ...invite }) => invite), hasMore };
  },
});

/** The Developer API says with status 200 that something was not done. */
function refuse({ error }: { error: string | null }): void {
  if (error !== null) throw new Error(error);
}

function usePeopleMutation<Variables, Result>(mutationFn: (variables: Variables) => Promise<Result>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn,
    // A password is kept no longer than it takes.
    gcTime: 0,
    onSuccess: () => queries.invalidateQueries({ queryKey: PEOPLE }),
  });
}

export const useAddPerson = () =>
  usePeopleMutation(async (body: { username: string; password: string; role: string }) => {
    const answer = await unwrap(client.POST('/v1/admin/users/new', { body }));
    refuse(answer);
    return answer.user;
  });

export const useChangePerson = (id: number) =>
  usePeopleMutation(async (body: components['schemas']['UserChange']) =>
    refuse(await unwrap(client.POST('/v1/admin/users/{id}', { params: { path: { id: String(id) } }, body }))),
  );

export const useDeletePerson = (id: number) =>
  usePeopleMutation(async () =>
    refuse(await unwrap(client.DELETE('/v1/admin/users/{id}', { params: { path: { id: String(id) } } }))),
  );

export const useInvite = () =>
  usePeopleMutation(async () => {
    const answer = await unwrap(client.POST('/v1/admin/invite/new', { body: {} }));
    refuse(answer);
    return answer.invite.code;
  });

export const useDisableInvite = () =>
  usePeopleMutation(async (id: number) =>
    refuse(await unwrap(client.DELETE('/v1/admin/invite/{id}', { params: { path: { id: String(id) } } }))),
  );
