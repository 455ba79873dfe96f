import { Type, type Static } from 'typebox';
import type { Hit } from '../../retrieval/index.ts';
import { VECTOR_DATABASE } from '../system/providers.ts';
import { json, phrase, text as plain } from '../answers.ts';
import { field, flag, text } from '../fields.ts';
import { changeOf, embed, unembed } from './embed-documents.ts';
import { embeddingsRoute } from './embeddings.ts';
import { keptWords } from './pending-documents.ts';
import { EmbeddedWorkspace, viewEmbedded } from '../workspaces/workspace-shapes.ts';
import * as d from '../schemas.ts';
import { accountsOf } from '../../models/index.ts';
import type { Route } from '../services.ts';
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

/** Items that are no text are no locations either, and named as such. @returns a string: the problem. */
function readLocations(value: unknown): string[] | string {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return 'must be a list of locations such as ["custom-documents/a.json"].';
  const once = [
    ...new Set(value.map((one: unknown) => (typeof one === 'string' ? one : JSON.stringify(one)))),
  ];
  return once.length > DOCUMENTS_MAX ? `must have at most ${DOCUMENTS_MAX} locations.` : once;
}

const locations = Type.Optional(
  field(Type.Array(Type.String({ description: 'A location: folder/name.json' })), readLocations),
);

const Skipped = Type.Object(
  {
    name: Type.String({ description: 'As it was sent' }),
    reason: Type.String({ description: 'A sentence' }),
  },
  { title: 'SkippedDocument' },
);

const Embedded = Type.Object({
  workspace: EmbeddedWorkspace,
  message: Type.Optional(Type.String({ description: 'Where something was not done: what' })),
  skipped: Type.Optional(Type.Array(Skipped, { description: 'All that was not done, or not yet' })),
});

/** What was asked for and not done; without members where all of it was done, as the recorded server answers. */
function skippedMembers(skipped: readonly Static<typeof Skipped>[]) {
  const [first] = skipped;
  if (first === undefined) return {};
  const more = skipped.length === 1 ? '' : ` ${skipped.length - 1} more were skipped.`;
  return { message: `${first.name}: ${first.reason}${more}`, skipped: [...skipped] };
}

/** A number, also as text; undefined for other values and out of bounds. */
function numberWithin(
  value: unknown,
  { least, most = Infinity }: { least: number; most?: number },
): number | undefined {
  const read = typeof value === 'number' ? value : typeof value === 'string' ? parseFloat(value) : NaN;
  return read >= least && read <= most ? read : undefined;
}

const noWorkspace = (slug: string) => json({ message: `Workspace ${slug} is not a valid workspace.` }, 400);

export const vectorRoutes: Route[] = [
  documentRoute({
    method: 'POST',
    path: '/v1/workspace/:slug/update-embeddings',
    id: 'workspaces.embed',
    summary: 'Put documents into a workspace, or take them out',
    description:
      'Answers when it is done; deletes come first. Documents that do not exist are skipped, and named in the answer. Those that cannot be embedded now are in the workspace and embedded as soon as they can be: the answer names them, as does notEmbedded of the document. A key that does not cover the embedding model, or whose whole budget is too small, ends it with an error; what was done before stays.',
    access: 'workspaces:write',
    params,
    body: Type.Object({ adds: locations, deletes: locations }),
    responses: { 200: Embedded, 400: 'stream' },
    handler: async (services, call) => {
      const { params, body } = call;
      const workspace = await services.workspaces.findCovered(call.caller, params.slug);
      if (workspace === undefined) return phrase(400);
      const { adds, deletes } = body;
      if (typeof adds === 'string') return plain(400, `adds: ${adds}`);
      if (typeof deletes === 'string') return plain(400, `deletes: ${deletes}`);
      const absent = await unembed(services, call, { workspace, locations: deletes });
      const embedding = { workspace, locations: adds, scope: 'workspaces:write' } as const;
      const { refused, failed, pending } = await embed(services, call, embedding);
      if (refused !== undefined) throw refused;
      const skipped = [
        ...absent.map((name) => ({ name, reason: 'It is not in this workspace.' })),
        ...failed.map(({ location: name, error: reason }) => ({ name, reason })),
        ...pending.map((kept) => ({ name: kept.location, reason: keptWords(kept) })),
      ];
      return json({ workspace: await viewEmbedded(services, workspace), ...skippedMembers(skipped) });
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
  embeddingsRoute,
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
