import { Type } from 'typebox';
import type { Caller } from '../../access/index.ts';
import { acceptedTypes } from '../../documents/index.ts';
import { json, phrase } from '../answers.ts';
import { text } from '../fields.ts';
import { pageFields } from './document-fields.ts';
import { documentItems, folderItems, waitingMember } from './document-items.ts';
import { DocumentTree, FolderPage, FolderSize, FoundDocument, sourceMembers } from './document-shapes.ts';
import { generatedFile } from '../chat/generated-file.ts';
import { nullable } from '../../http/index.ts';
import type { Route, DocumentServices } from '../services.ts';
import { documentRoute } from '../surface.ts';
import { notEmbeddedOf } from './pending-documents.ts';
import { documentFolderRoutes } from './document-folders.ts';
import { documentUploadRoutes } from './uploads.ts';

const error = nullable(Type.String());
const Folder = Type.Object({ ...FolderPage, error });
const FolderWithCode = Type.Object({ ...FolderPage, code: Type.Integer(), error });

const METADATA_SCHEMA = {
  url: 'string | nullable',
  title: 'string',
  docAuthor: 'string | nullable',
  description: 'string | nullable',
  docSource: 'string | nullable',
  chunkSource: 'string | nullable',
  published: 'epoch timestamp in ms | nullable',
};

const readingRoutes: Route[] = [
  documentRoute({
    method: 'GET',
    path: '/v1/documents',
    id: 'documents.list',
    summary: 'List documents by folder',
    description: 'With folder: one folder, page by page.',
    access: 'documents:read',
    query: Type.Object({ folder: Type.Optional(text()), ...pageFields(100) }),
    responses: {
      200: Type.Union([Type.Object({ localFiles: DocumentTree }), FolderWithCode]),
      404: FolderWithCode,
    },
    handler: async (services, { query, caller }) => {
      const { folder, ...range } = query;
      if (folder === undefined) {
        const folders = await services.documents.tree(caller);
        const items = await folderItems(folders, await notEmbeddedOf(services, caller, 'all'));
        return json({ localFiles: { name: 'documents', type: 'folder', items } });
      }
      const { page, code, error } = await folderPage(services, caller, { ...range, folder });
      return json({ ...page, code, error }, code);
    },
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/documents/folders',
    id: 'documents.list_folders',
    summary: 'List the folders, with how many documents each has',
    access: 'documents:read',
    responses: { 200: Type.Object({ folders: Type.Array(FolderSize) }) },
    handler: async ({ documents }, { caller }) => {
      const sizes = await documents.folderSizes(caller);
      return json({ folders: sizes.map(({ name, count }) => ({ name, totalCount: count })) });
    },
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/documents/folder/:folderName',
    id: 'documents.list_folder',
    summary: 'List the documents of a folder',
    access: 'documents:read',
    params: Type.Object({ folderName: Type.String() }),
    query: Type.Object(pageFields()),
    responses: { 200: Folder, 404: Folder },
    handler: async (services, { params: { folderName: folder }, query, caller }) => {
      const { page, code, error } = await folderPage(services, caller, { ...query, folder });
      return json({ ...page, error }, code);
    },
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/document/accepted-file-types',
    id: 'documents.file_types',
    summary: 'List the types of files that are read',
    description: 'A file of another type is read if it holds text.',
    access: 'documents:read',
    responses: { 200: Type.Object({ types: Type.Record(Type.String(), Type.Array(Type.String())) }) },
    handler: () => json({ types: acceptedTypes() }),
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/document/metadata-schema',
    id: 'documents.metadata_schema',
    summary: 'The metadata that a stored text may have',
    access: 'documents:read',
    responses: { 200: Type.Object({ schema: Type.Record(Type.String(), Type.String()) }) },
    handler: () => json({ schema: METADATA_SCHEMA }),
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/document/:docName',
    id: 'documents.get',
    summary: 'Find a document by its name',
    description: 'In any folder.',
    access: 'documents:read',
    params: Type.Object({ docName: Type.String() }),
    responses: { 200: Type.Object({ document: FoundDocument }), 404: 'stream' },
    handler: async (services, { params: { docName }, caller }) => {
      const found = await services.documents.findByName(caller, docName);
      if (found === undefined) return phrase(404);
      const { id, name, metadata, isCached } = found;
      const waits = (await notEmbeddedOf(services, caller, { documentIds: [id] })).get(id);
      const shown = { name, type: 'file', ...metadata, cached: isCached, ...sourceMembers(found) };
      return json({ document: { ...shown, ...waitingMember(waits) } });
    },
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/document/generated-files/:filename',
    id: 'documents.generated_file',
    summary: 'Get a file that an agent made',
    access: 'documents:read',
    params: Type.Object({ filename: Type.String() }),
    answerTypes: ['application/octet-stream'],
    responses: {
      200: 'stream',
      400: Type.Object({ error: Type.String() }),
      404: Type.Object({ error: Type.String() }),
      500: Type.Object({ error: Type.String() }),
    },
    handler: ({ config }, { params: { filename } }) => generatedFile(config.dataDir, filename),
  }),
];

export const documentsRoutes: Route[] = [...readingRoutes, ...documentUploadRoutes, ...documentFolderRoutes];

async function folderPage(
  services: DocumentServices,
  caller: Caller,
  { folder, offset, limit }: { folder: string; offset: number; limit?: number },
) {
  const listing = await services.documents.list(caller, { folder, offset, limit });
  const { documents: listed = [], totalCount = 0, hasMore = false } = listing ?? {};
  const documentIds = listed.map(({ id }) => id);
  const notEmbedded = await notEmbeddedOf(services, caller, { documentIds });
  return {
    code: listing === undefined ? 404 : 200,
    page: { folder, documents: await documentItems(listed, notEmbedded), totalCount, hasMore },
    error: listing === undefined ? `Folder "${folder}" does not exist.` : null,
  };
}
