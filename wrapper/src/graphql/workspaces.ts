import { unwrap } from '@keyward/sdk';
import type { Context } from './context.ts';
import { fromEmbedded } from './document-nodes.ts';
import { badInput, notFound, unlessStatus } from './errors.ts';
import type { WorkspaceNode } from './loaders.ts';
import { sliced, type PageArguments } from './paging.ts';

interface WorkspaceSettings {
  chatMode?: string | null;
  model?: string | null;
  provider?: string | null;
  systemPrompt?: string | null;
  temperature?: number | null;
  historyLength?: number | null;
  topN?: number | null;
  similarityThreshold?: number | null;
  searchMode?: string | null;
  refusalText?: string | null;
}

/** A setting of the schema, and the member of the Developer API. Those of the second list may be null there. */
const PLAIN = {
  historyLength: 'openAiHistory',
  topN: 'topN',
  similarityThreshold: 'similarityThreshold',
  searchMode: 'vectorSearchMode',
} as const;
const NULLABLE = {
  model: 'chatModel',
  provider: 'chatProvider',
  systemPrompt: 'openAiPrompt',
  temperature: 'openAiTemp',
  refusalText: 'queryRefusalResponse',
} as const;

/** @throws GraphQLError `BAD_USER_INPUT` for null where the Developer API has no null. */
function membersOf(settings: WorkspaceSettings = {}): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  const { chatMode } = settings;
  for (const name of ['chatMode', ...Object.keys(PLAIN)] as (keyof WorkspaceSettings)[])
    if (settings[name] === null) throw badInput(`settings.${name}`, 'must not be null. Leave it out.');
  if (typeof chatMode === 'string') members['chatMode'] = chatMode.toLowerCase();
  for (const [name, member] of Object.entries({ ...PLAIN, ...NULLABLE })) {
    const value = settings[name as keyof WorkspaceSettings];
    if (value !== undefined) members[member] = value;
  }
  return members;
}

const Query = {
  workspaces: async (_: unknown, page: PageArguments, { loaders }: Context) =>
    sliced(await loaders.all(), page),
  workspace: (_: unknown, { slug }: { slug: string }, { loaders }: Context) => loaders.workspace(slug),
};

const Mutation = {
  createWorkspace: async (
    _: unknown,
    { name, settings }: { name: string; settings?: WorkspaceSettings },
    { upstream, loaders }: Context,
  ) => {
    if (name.trim() === '') throw badInput('name', 'must not be empty; such as Handbook.');
    const body = { name, ...membersOf(settings) };
    const made = await upstream.change(({ client, signal }) =>
      unwrap(client.POST('/v1/workspace/new', { body, signal })),
    );
    loaders.forget();
    return made.workspace;
  },

  updateWorkspace: async (
    _: unknown,
    { slug, name, settings }: { slug: string; name?: string | null; settings?: WorkspaceSettings },
    { upstream, loaders }: Context,
  ) => {
    const body = { ...(typeof name === 'string' ? { name } : {}), ...membersOf(settings) };
    if (Object.keys(body).length === 0)
      throw badInput('settings', 'must name at least one setting, or give name.');
    const params = { path: { slug } };
    const changed = await upstream.change(({ client, signal }) =>
      unlessStatus([400], unwrap(client.POST('/v1/workspace/{slug}/update', { params, body, signal }))),
    );
    if (changed === undefined) throw notFound(`The workspace ${slug}`);
    if (changed.message !== null) throw badInput('settings', 'hold nothing that can be changed.');
    loaders.forget();
    return changed.workspace;
  },

  deleteWorkspace: async (_: unknown, { slug }: { slug: string }, { upstream, loaders }: Context) => {
    const options = { params: { path: { slug } }, parseAs: 'text' } as const;
    const removed = await upstream.change(({ client, signal }) =>
      unlessStatus([400], client.DELETE('/v1/workspace/{slug}', { ...options, signal })),
    );
    if (removed === undefined) throw notFound(`The workspace ${slug}`);
    loaders.forget();
    return slug;
  },
};

/** AnythingLLM may have others, or none. */
const MODES = new Set(['automatic', 'chat', 'query']);

const Workspace = {
  __resolveReference: ({ slug }: { slug: string }, { loaders }: Context) => loaders.workspace(slug),
  updatedAt: ({ lastUpdatedAt }: WorkspaceNode) => lastUpdatedAt,
  chatMode: ({ chatMode }: WorkspaceNode) => (MODES.has(chatMode) ? chatMode.toUpperCase() : null),
  model: ({ chatModel }: WorkspaceNode) => chatModel,
  provider: ({ chatProvider }: WorkspaceNode) => chatProvider,
  systemPrompt: ({ openAiPrompt }: WorkspaceNode) => openAiPrompt,
  temperature: ({ openAiTemp }: WorkspaceNode) => openAiTemp,
  historyLength: ({ openAiHistory }: WorkspaceNode) => openAiHistory,
  searchMode: ({ vectorSearchMode }: WorkspaceNode) => vectorSearchMode,
  refusalText: ({ queryRefusalResponse }: WorkspaceNode) => queryRefusalResponse,
  threads: async ({ slug }: WorkspaceNode, page: PageArguments, { loaders }: Context) =>
    sliced(await loaders.threads(slug), page),
  documents: async (
    { slug }: WorkspaceNode,
    { pinned, ...page }: PageArguments & { pinned?: boolean | null },
    { loaders }: Context,
  ) => {
    const rows = await loaders.embedded(slug);
    const { nodes, ...rest } = sliced(
      typeof pinned === 'boolean' ? rows.filter((row) => row.pinned === pinned) : rows,
      page,
    );
    return { ...rest, nodes: nodes.map(documentInWorkspace) };
  },
};

export const documentInWorkspace = (row: Parameters<typeof fromEmbedded>[0]) => ({
  pinned: row.pinned,
  addedAt: row.createdAt,
  notEmbedded: row.notEmbedded && {
    status: row.notEmbedded.status === 'failed' ? 'FAILED' : 'PENDING',
    reason: row.notEmbedded.reason,
  },
  document: fromEmbedded(row),
});

export const workspaceResolvers = { Query, Mutation, Workspace };
