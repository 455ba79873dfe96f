import { unwrap, type components } from '@keyward/sdk';
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { client } from '../api/client.ts';

export type DocumentItem = components['schemas']['DocumentItem'];

/** All queries of documents begin with it. */
export const DOCUMENTS = ['documents'] as const;

/** The folder of documents for which none is named. */
export const DEFAULT_FOLDER = 'custom-documents';

const PAGE_ROWS = 100;
/** How often is asked whether waiting documents are embedded. */
const WAITING_MS = 2_000;

export const foldersQuery = queryOptions({
  queryKey: [...DOCUMENTS, 'folders'],
  queryFn: async ({ signal }) => (await unwrap(client.GET('/v1/documents/folders', { signal }))).folders,
});

const isWaiting = ({ notEmbedded = [] }: DocumentItem): boolean =>
  notEmbedded.some(({ status }) => status === 'pending');

/** The documents of a folder, a page after the other. */
export const folderQuery = (folder: string) =>
  infiniteQueryOptions({
    queryKey: [...DOCUMENTS, 'folder', folder],
    queryFn: async ({ pageParam, signal }) => {
      const params = {
        path: { folderName: folder },
        query: { offset: String(pageParam), limit: String(PAGE_ROWS) },
      };
      return unwrap(client.GET('/v1/documents/folder/{folderName}', { params, signal }));
    },
    initialPageParam: 0,
    getNextPageParam: ({ hasMore }, pages) => (hasMore ? pages.length * PAGE_ROWS : undefined),
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ documents }) => documents.some(isWaiting)) === true ? WAITING_MS : false,
  });
