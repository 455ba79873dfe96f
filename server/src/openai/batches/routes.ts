import { Type } from 'typebox';
import {
  cancelBatch,
  contentOf,
  createBatch,
  deleteOwnFile,
  FileUpload,
  findOwnBatch,
  findOwnFile,
  listBatches,
  listFiles,
  viewOfBatch,
  viewOfFile,
} from '../../batches/index.ts';
import { invalidField } from '../../base/errors.ts';
import { closed, idParam, oneOf, writable } from '../../http/index.ts';
import { route, type Route } from '../surface.ts';
import { readFileForm } from './file-form.ts';
import * as s from './schemas.ts';

const fileParams = idParam('file');
const batchParams = idParam('batch');
const after = Type.Optional(
  Type.String({ maxLength: 100, description: 'The id of the last item of the page before' }),
);
const limitUpTo = (maximum: number, usual: number) =>
  Type.Optional(
    Type.Integer({ minimum: 1, maximum, description: `Number of items in a page. Default: ${usual}` }),
  );

const listed = <T extends { id: string }>(data: readonly T[], hasMore: boolean) => ({
  object: 'list' as const,
  data: [...data],
  first_id: data[0]?.id ?? null,
  last_id: data.at(-1)?.id ?? null,
  has_more: hasMore,
});

const IDEMPOTENCY_KEY_MAX_LENGTH = 200;

function idempotencyKeyIn(value: string | string[] | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'string' && value !== '' && value.length <= IDEMPOTENCY_KEY_MAX_LENGTH) return value;
  throw invalidField(
    'Idempotency-Key',
    `must have 1 to ${IDEMPOTENCY_KEY_MAX_LENGTH} characters`,
    'Such as 3c1f0a9e.',
  );
}

const fileRoutes: Route[] = [
  route({
    method: 'POST',
    path: '/v1/files',
    id: 'files.create',
    summary: 'Upload a file with the requests of a batch',
    description:
      'A form with the parts file and purpose, in any order. KEYWARD_BATCH_FILE_MAX_MIB limits its size.',
    access: 'batches:write',
    bodyKind: 'upload',
    body: s.FileForm,
    responses: { 200: s.File },
    errors: ['conflict'],
    handler: async ({ batches }, { caller, stream }) => {
      const upload = new FileUpload(batches, caller);
      try {
        const { filename, fields } = await readFileForm(stream, (chunk) => upload.write(chunk));
        const file = await upload.finish({
          filename,
          purpose: fields.purpose,
          expiresAfter: {
            anchor: fields['expires_after[anchor]'],
            seconds: fields['expires_after[seconds]'],
          },
        });
        return { status: 200, body: viewOfFile(file) };
      } catch (error) {
        await upload.giveUp();
        throw error;
      }
    },
  }),
  route({
    method: 'GET',
    path: '/v1/files',
    id: 'files.list',
    summary: 'List your files, newest first',
    access: 'batches:read',
    query: Type.Object(
      {
        after,
        limit: limitUpTo(10_000, 10_000),
        order: Type.Optional(
          oneOf(['asc', 'desc'], { description: 'By the time of creation. Default: desc' }),
        ),
        purpose: Type.Optional(Type.String({ maxLength: 64, description: 'Only files with this purpose' })),
      },
      closed,
    ),
    responses: { 200: s.listOf(s.File, 'OpenAIFileList') },
    handler: async ({ batches }, { caller, query }) => {
      const { items, hasMore } = await listFiles(batches, caller, query);
      return { status: 200, body: listed(items.map(viewOfFile), hasMore) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/files/:id',
    id: 'files.get',
    summary: 'One file',
    access: 'batches:read',
    params: fileParams,
    responses: { 200: s.File },
    handler: async ({ batches }, { caller, params }) => ({
      status: 200,
      body: viewOfFile(await findOwnFile(batches, caller, params.id)),
    }),
  }),
  route({
    method: 'GET',
    path: '/v1/files/:id/content',
    id: 'files.content',
    summary: 'The content of a file, of requests or of results',
    access: 'batches:read',
    params: fileParams,
    responses: { 200: 'stream' },
    handler: async ({ batches }, { caller, params }) => {
      const file = await findOwnFile(batches, caller, params.id);
      return {
        stream: async (response) => {
          response.writeHead(200, {
            'content-type': 'application/octet-stream',
            'content-length': String(file.bytes),
            'content-disposition': `attachment; filename="${file.id}.jsonl"`,
          });
          for await (const piece of contentOf(batches, file)) {
            if (response.destroyed) return;
            if (!response.write(piece)) await writable(response);
          }
          response.end();
        },
      };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/files/:id',
    id: 'files.delete',
    summary: 'Delete a file and its content',
    access: 'batches:write',
    params: fileParams,
    responses: { 200: s.Deleted },
    errors: ['conflict'],
    handler: async ({ batches }, { caller, params: { id } }) => {
      await deleteOwnFile(batches, caller, id);
      return { status: 200, body: { id, object: 'file', deleted: true } };
    },
  }),
];

export const batchRoutes: Route[] = [
  ...fileRoutes,
  route({
    method: 'POST',
    path: '/v1/batches',
    id: 'batches.create',
    summary: 'Run the requests of a file, within a time',
    description: 'They run with the key of this request, which needs the scope models:use too.',
    access: 'batches:write',
    headers: { 'idempotency-key': 'A repeat with the same one gets the same batch' },
    body: s.BatchRequest,
    responses: { 200: s.Batch },
    errors: ['idempotency_conflict', 'queue_full', 'not_found'],
    handler: async ({ batches }, { caller, body: input, headers }) => {
      const idempotencyKey = idempotencyKeyIn(headers['idempotency-key']);
      const batch = await createBatch(batches, caller, { input, idempotencyKey });
      return { status: 200, body: viewOfBatch(batch) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/batches',
    id: 'batches.list',
    summary: 'List your batches, newest first',
    access: 'batches:read',
    query: Type.Object({ after, limit: limitUpTo(100, 20) }, closed),
    responses: { 200: s.listOf(s.Batch, 'BatchList') },
    handler: async ({ batches }, { caller, query }) => {
      const { items, hasMore } = await listBatches(batches, caller, query);
      return { status: 200, body: listed(items.map(viewOfBatch), hasMore) };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/batches/:id',
    id: 'batches.get',
    summary: 'One batch, with the counts of its requests',
    access: 'batches:read',
    params: batchParams,
    responses: { 200: s.Batch },
    handler: async ({ batches }, { caller, params }) => ({
      status: 200,
      body: viewOfBatch(await findOwnBatch(batches, caller, params.id)),
    }),
  }),
  route({
    method: 'POST',
    path: '/v1/batches/:id/cancel',
    id: 'batches.cancel',
    summary: 'End a batch; the answers so far are kept',
    access: 'batches:write',
    params: batchParams,
    responses: { 200: s.Batch },
    errors: ['conflict'],
    handler: async ({ batches }, { caller, params }) => ({
      status: 200,
      body: viewOfBatch(await cancelBatch(batches, caller, params.id)),
    }),
  }),
];
