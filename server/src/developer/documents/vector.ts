import { Type } from 'typebox';
import type { Hit } from '../../retrieval/index.ts';
import { VECTOR_DATABASE } from '../system/providers.ts';
import { json, phrase } from '../answers.ts';
import { openaiError } from '../chat/openai-chat.ts';
import { asSent, field, flag, text, texts } from '../fields.ts';
import { changeOf, embed, unembed } from './embed-documents.ts';
import { EmbeddedWorkspace, viewEmbedded } from '../workspaces/workspace-shapes.ts';
import * as d from '../schemas.ts';
import { accountsOf, ModelAccount } from '../../models/index.ts';
import type { Route } from '../services.ts';
import { nullable, type Answer } from '../../http/index.ts';
import { documentRoute } from '../surface.ts';

const params = Type.Object({ slug: Type.String() });

const Passage = Type.Object(
  {
    id: Type.String(),
    text: Type.String({ description: 'With a header that says which document it is of' }),
    metadata: Type.Object({
      url: Type.String(),
      title: Type.String(),
      author: Type.String(),
      description: Type.String(),
      docSource: Type.String(),
      chunkSource: Type.String(),
      published: Type.String(),
      wordCount: Type.Integer(),
      tokenCount: Type.Integer(),
    }),
    distance: Type.Number({ description: 'Cosine distance to the query' }),
    score: Type.Number({ description: '1 - distance, 0 from distance 1 on' }),
  },
  { title: 'Passage' },
);
const Found = Type.Object({
  results: Type.Array(Passage),
  message: Type.Optional(Type.String({ description: 'Where nothing is embedded' })),
});

const NOTHING_EMBEDDED = 'No embeddings found for this workspace.';

/** Locations in one request; each is a document that is embedded. */
const DOCUMENTS_MAX = 10_000;

const locations = Type.Optional(texts({ description: 'A location: folder/name.json' }));

/** A number, also as text; undefined for other values and out of bounds. */
function numberWithin(
  value: unknown,
  { least, most = Infinity }: { least: number; most?: number },
): number | undefined {
  const read = typeof value === 'number' ? value : typeof value === 'string' ? parseFloat(value) : NaN;
  return read >= least && read <= most ? read : undefined;
}

/** Texts of one request. */
const TEXTS_MAX = 2_048;

/** @returns an empty list where one of the texts is invalid; undefined where nothing was sent. */
function readInput(input: unknown): string[] | undefined {
  if (input === undefined || input === null) return undefined;
  const texts: unknown[] = Array.isArray(input) ? input : [input];
  const isText = (text: unknown): text is string => typeof text === 'string' && text !== '';
  return texts.length <= TEXTS_MAX && texts.every(isText) ? texts : [];
}

/** With a name of its own: openapi-generator makes Go that does not compile of a union with a nameless array of numbers. */
const Vector = Type.Array(Type.Number(), { title: 'Vector' });

const EmbeddingRefusal = Type.Object({
  error: Type.Object({
    message: Type.String(),
    type: Type.String(),
    param: nullable(Type.String()),
    code: Type.String(),
  }),
});
const BAD_INPUT = {
  message: `input: must be a text, or a list of 1 to ${TEXTS_MAX} texts that are not empty, such as "Hello".`,
  status: 400,
  code: 'invalid_input',
};

const noWorkspace = (slug: string) => json({ message: `Workspace ${slug} is not a valid workspace.` }, 400);

const embeddingInput = field(Type.Union([Type.String(), Type.Array(Type.String())]), readInput);

export const vectorRoutes: Route[] = [
  documentRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/update-embeddings',
    id: 'workspaces.embed',
    summary: 'Put documents into a workspace, or take them out',
    description:
      'Answers when it is done; deletes come first. Documents that do not exist or cannot be embedded are skipped: look at the documents of the answer. A budget that is spent, or a key that does not cover the embedding model, ends it with an error; what was done before stays.',
    access: 'workspaces:write',
    params,
    body: Type.Object({ adds: locations, deletes: locations }),
    responses: { 200: Type.Object({ workspace: EmbeddedWorkspace }), 400: 'stream' },
    handler: async (services, call) => {
      const { params, body } = call;
      const workspace = await services.workspaces.findCovered(call.caller, params.slug);
      if (workspace === undefined) return phrase(400);
      const { adds = [], deletes = [] } = body;
      await unembed(services, call, { workspace, locations: deletes.slice(0, DOCUMENTS_MAX) });
      const embedded = await embed(services, call, { workspace, locations: adds.slice(0, DOCUMENTS_MAX) });
      const { refused } = embedded;
      if (refused !== undefined) throw refused;
      return json({ workspace: await viewEmbedded(services, workspace) });
    },
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/update-pin',
    id: 'workspaces.pin',
    summary: 'Give a document to every chat of a workspace as a whole, or no longer',
    access: 'workspaces:write',
    params,
    body: Type.Object({ docPath: text(), pinStatus: Type.Optional(flag()) }),
    responses: { 200: d.Said, 400: d.Said, 404: 'stream' },
    handler: async (services, { caller, params: { slug }, body }) => {
      const { workspaces, retrieval, documents, storage } = services;
      const workspace = await workspaces.findCovered(caller, slug);
      if (workspace === undefined) return noWorkspace(slug);
      const { docPath: location = '', pinStatus: isPinned } = body;
      const action = isPinned ? 'workspaces.pin' : 'workspaces.unpin';
      const isThere = await storage.transaction(async (tx) => {
        if (!(await retrieval.setPinned(tx, workspace.id, { location, isPinned }))) return false;
        await documents.record(tx, caller, changeOf(action, workspace, [location]));
        return true;
      });
      return isThere ? json({ message: 'Pin status updated successfully' }) : phrase(404);
    },
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/vector-search',
    id: 'workspaces.search',
    summary: 'The passages of a workspace that are nearest to a query',
    access: 'workspaces:chat',
    params,
    body: Type.Object({
      query: text(),
      topN: Type.Optional(
        field(Type.Integer({ minimum: 1, description: "The workspace's own, if left out" }), (value) =>
          numberWithin(value, { least: 1 }),
        ),
      ),
      scoreThreshold: Type.Optional(
        field(
          Type.Number({ minimum: 0, maximum: 1, description: "The workspace's own, if left out" }),
          (value) => numberWithin(value, { least: 0, most: 1 }),
        ),
      ),
    }),
    responses: { 200: Found, 400: d.Said },
    handler: async (services, call) => {
      const { workspaces, retrieval } = services;
      const { caller } = call;
      const { slug } = call.params;
      const workspace = await workspaces.findCovered(caller, slug);
      if (workspace === undefined) return noWorkspace(slug);
      const { query, topN = workspace.topN, scoreThreshold = workspace.similarityThreshold } = call.body;
      if (query === undefined) return json({ message: 'Query parameter cannot be empty.' }, 400);
      if (!(await retrieval.hasVectors(workspace.id)))
        return json({ results: [], message: NOTHING_EMBEDDED });
      const hits = await retrieval.search({
        collectionId: workspace.id,
        query,
        payer: { account: accountsOf(services, call, { isAside: true }) },
        signal: call.signal,
        topN: Math.floor(topN),
        threshold: scoreThreshold,
        mode: workspace.vectorSearchMode,
      });
      return json({ results: hits.map(viewHit) });
    },
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/system/vector-count',
    id: 'system.vector_count',
    summary: 'The number of vectors',
    access: 'system:read',
    responses: { 200: Type.Object({ vectorCount: Type.Integer() }) },
    handler: async ({ workspaces, retrieval }, { caller }) =>
      json({ vectorCount: await retrieval.count(await workspaces.coveredIds(caller)) }),
  }),
  documentRoute({
    method: 'POST',
    path: '/v1/openai/embeddings',
    id: 'openai.embeddings',
    summary: "Turn texts into vectors, with the server's embedding model",
    access: 'models:use',
    body: Type.Object({
      input: embeddingInput,
      inputs: Type.Optional(embeddingInput),
      ...asSent({
        model: Type.Optional(Type.Union([Type.String(), Type.Null()], { description: 'Not looked at' })),
      }),
      encoding_format: Type.Optional(
        field(Type.Enum(['float', 'base64']), (value) => (value === 'base64' ? value : 'float')),
      ),
    }),
    responses: {
      200: Type.Object({
        object: Type.Literal('list'),
        data: Type.Array(
          Type.Object({
            object: Type.Literal('embedding'),
            embedding: Type.Union([Vector, Type.String()]),
            index: Type.Integer(),
          }),
        ),
        model: Type.String(),
        usage: Type.Object({ prompt_tokens: Type.Integer(), total_tokens: Type.Integer() }),
      }),
      400: EmbeddingRefusal,
    },
    handler: async (services, call): Promise<Answer> => {
      const { input, inputs = [], encoding_format: encoding } = call.body;
      const texts = input ?? inputs;
      if (texts.length === 0) return json(openaiError(BAD_INPUT), 400);
      const account = new ModelAccount(services, call);
      const { retrieval } = services;
      const { model, vectors, tokens } = await retrieval.embed(texts, { account, signal: call.signal });
      return json({
        object: 'list',
        data: vectors.map((vector, index) => ({
          object: 'embedding',
          embedding: encoding === 'base64' ? base64Of(vector) : [...vector],
          index,
        })),
        model,
        usage: { prompt_tokens: tokens, total_tokens: tokens },
      });
    },
  }),
  documentRoute({
    method: 'GET',
    path: '/v1/openai/vector_stores',
    id: 'openai.vector_stores',
    summary: 'The workspaces as vector stores',
    description: 'All of them at once: any query parameter gives the empty page that ends paging.',
    access: 'workspaces:read',
    responses: {
      200: Type.Object({
        first_id: Type.Optional(Type.String()),
        last_id: Type.Optional(Type.String()),
        data: Type.Array(
          Type.Object({
            id: Type.String(),
            object: Type.Literal('vector_store'),
            name: Type.String(),
            file_counts: Type.Object({ total: Type.Integer({ description: 'Vectors, not files' }) }),
            provider: Type.String(),
          }),
        ),
        has_more: Type.Boolean(),
      }),
    },
    handler: async ({ workspaces, retrieval }, { caller, query }) => {
      if (Object.keys(query).length > 0) return json({ data: [], has_more: false });
      const list = await workspaces.list(caller);
      const counts = await retrieval.counts(list.map(({ id }) => id));
      const data = list.map(({ id, slug, name }) => ({
        id: slug,
        object: 'vector_store',
        name,
        file_counts: { total: counts.get(id) ?? 0 },
        provider: VECTOR_DATABASE,
      }));
      return json({ first_id: list[0]?.slug, last_id: list.at(-1)?.slug, data, has_more: false });
    },
  }),
];

function viewHit({ id, text, metadata, distance, score }: Hit): object {
  const { url, title, docAuthor, description, docSource, chunkSource, published } = metadata;
  const { wordCount, token_count_estimate: tokenCount } = metadata;
  const author = docAuthor;
  return {
    id,
    text,
    metadata: { url, title, author, description, docSource, chunkSource, published, wordCount, tokenCount },
    distance,
    score,
  };
}

/** 32-bit floats, little-endian, as in the OpenAI API. */
const base64Of = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
