import { unwrap } from '@keyward/sdk';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { client } from '../api/client.ts';
import { queryClient } from '../api/queries.ts';
import { WORKSPACES, workspaceQuery } from '../workspaces/workspace-queries.ts';
import { DOCUMENTS } from './document-queries.ts';

/** Reads what is shown of documents anew, also in workspaces. */
export async function renewDocuments(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: DOCUMENTS }),
    queryClient.invalidateQueries({ queryKey: WORKSPACES }),
  ]);
}

let isRenewalDue = false;
const RENEWED_EVERY_MS = 1_000;

/** The same after many changes, once for all of a second. */
export function renewDocumentsSoon(): void {
  if (isRenewalDue) return;
  isRenewalDue = true;
  setTimeout(() => {
    isRenewalDue = false;
    void renewDocuments();
  }, RENEWED_EVERY_MS);
}

/** The server answers with success: false in place of an error. */
function done({ success, message }: { success: boolean; message: string | null }): string | null {
  if (!success) throw new Error(message ?? 'It was not done.');
  return message;
}

export function useCreateFolder() {
  return useMutation({
    mutationFn: async (name: string) =>
      done(await unwrap(client.POST('/v1/document/create-folder', { body: { name } }))),
    onSuccess: renewDocuments,
  });
}

/** What is shown has to be renewed when its page is left. */
export function useRemoveFolder(name: string) {
  return useMutation({
    mutationFn: async () =>
      done(await unwrap(client.DELETE('/v1/document/remove-folder', { body: { name } }))),
  });
}

export interface Move {
  from: string;
  to: string;
}

/** @returns what stays where it is, if anything does */
export function useMoveDocuments() {
  return useMutation({
    mutationFn: async (files: Move[]) =>
      done(await unwrap(client.POST('/v1/document/move-files', { body: { files } }))),
    onSuccess: renewDocuments,
  });
}

/** @returns those that stay, because a workspace holds them that the person does not see */
export function useRemoveDocuments() {
  return useMutation({
    mutationFn: async (names: string[]) => {
      const answer = await unwrap(client.DELETE('/v1/system/remove-documents', { body: { names } }));
      done(answer);
      return answer.kept ?? [];
    },
    onSuccess: renewDocuments,
  });
}

interface Embedding {
  slug: string;
  adds?: string[];
  deletes?: string[];
}

/** Puts documents into a workspace, or takes them out. @returns what was not done, or not yet */
export const changeDocuments = ({ slug, adds = [], deletes = [] }: Embedding) =>
  unwrap(
    client.POST('/v1/workspace/{slug}/update-embeddings', {
      params: { path: { slug } },
      body: { adds, deletes },
    }),
  );

export function useChangeDocuments() {
  return useMutation({ mutationFn: changeDocuments, onSuccess: renewDocuments });
}

/** Puts documents into a workspace. @returns those that it did not hold before, which Undo takes out again */
export function useAddDocuments(locations: readonly string[]) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async (slug: string) => {
      const before = await queries.fetchQuery({ ...workspaceQuery(slug), staleTime: 0 });
      const held = new Set(before?.documents.map(({ docpath }) => docpath));
      const adds = locations.filter((location) => !held.has(location));
      const { message = '' } = adds.length === 0 ? {} : await changeDocuments({ slug, adds });
      return { adds, message };
    },
    onSuccess: renewDocuments,
  });
}

export function usePin(slug: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: ({ location, isPinned }: { location: string; isPinned: boolean }) =>
      unwrap(
        client.POST('/v1/workspace/{slug}/update-pin', {
          params: { path: { slug } },
          body: { docPath: location, pinStatus: isPinned },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: WORKSPACES }),
  });
}
