import {
  bringMember,
  bringSuggestion,
  bringThread,
  bringWorkspace,
  chosenSlug,
  hasThread,
  hasWorkspace,
  presentThreads,
  presentWorkspaces,
  settingsLike,
  slugOf,
  type ImportedMember,
  type ImportedSuggestion,
  type Thread,
  type Workspace,
} from '../../workspaces/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import { freeName, gone, rowStep, type Move, type Prepared, type Thing } from '../step.ts';

const SETTINGS = [
  'openAiTemp',
  'openAiHistory',
  'openAiPrompt',
  'similarityThreshold',
  'chatProvider',
  'chatModel',
  'topN',
  'agentProvider',
  'agentModel',
  'queryRefusalResponse',
  'vectorSearchMode',
];

export const workspaces = rowStep<Workspace>({
  kind: 'workspace',
  table: 'workspaces',
  named: 'slug',
  prepare: prepareWorkspace,
  write: bringWorkspace,
  present: presentWorkspaces,
});

async function prepareWorkspace({ row }: Thing<SourceRow>, move: Move, db: Db): Promise<Prepared<Workspace>> {
  const id = row.id('id');
  const name = row.filled('name') ?? row.filled('slug');
  if (id === undefined || name === undefined) return { left: 'it has no number or no name' };
  const wanted = row.filled('slug') ?? slugOf(name);
  const isTaken = (slug: string): Promise<boolean> => hasWorkspace(db, slug);
  const slug = await freeName(move, { kind: 'workspace', wanted, isTaken });
  const nowMs = move.clock.nowMs();
  const given = Object.fromEntries(SETTINGS.map((column) => [column, row.text(column)]));
  // Versions without modes had only this one.
  const settings = settingsLike({ ...given, name, chatMode: row.text('chatMode') ?? 'chat' });
  return {
    ready: {
      ...settings,
      id,
      slug,
      routerId: null,
      givenVariables: null,
      vectorTag: row.filled('vectorTag') ?? null,
      pfpFilename: null,
      createdAt: row.time('createdAt') ?? nowMs,
      updatedAt: row.time('lastUpdatedAt') ?? nowMs,
    },
    changed: [
      ...(slug === wanted ? [] : [`its slug was taken: it has a number appended, such as ${wanted}-2`]),
      ...(row.filled('router_id') === undefined ? [] : ['it chose its model by rules, which were left out']),
      ...(row.filled('pfpFilename') === undefined ? [] : ['its picture was left out']),
    ],
  };
}

export const members = rowStep<ImportedMember>({
  kind: 'member',
  table: 'workspace_users',
  prepare: ({ row }, { targets, clock }) => {
    const workspaceId = targets.number('workspace', row.id('workspace_id'));
    const userId = targets.number('user', row.id('user_id'));
    if (workspaceId === undefined) return gone('workspace');
    if (userId === undefined) return gone('user');
    return { ready: { workspaceId, userId, createdAt: row.time('createdAt') ?? clock.nowMs() } };
  },
  write: async (tx, member) => {
    await bringMember(tx, member);
    return `${member.workspaceId}/${member.userId}`;
  },
});

export const suggestedMessages = rowStep<ImportedSuggestion>({
  kind: 'suggested message',
  table: 'workspace_suggested_messages',
  prepare: ({ row }, { targets, clock }) => {
    const workspaceId = targets.number('workspace', row.id('workspaceId'));
    const message = row.filled('message');
    if (workspaceId === undefined) return gone('workspace');
    if (message === undefined) return { left: 'it is empty' };
    const createdAt = row.time('createdAt') ?? clock.nowMs();
    return { ready: { workspaceId, heading: row.text('heading') ?? '', message, createdAt } };
  },
  write: bringSuggestion,
});

export const threads = rowStep<Thread>({
  kind: 'thread',
  table: 'workspace_threads',
  named: 'slug',
  prepare: prepareThread,
  write: bringThread,
  present: presentThreads,
});

async function prepareThread({ row }: Thing<SourceRow>, move: Move, db: Db): Promise<Prepared<Thread>> {
  const id = row.id('id');
  const { targets, clock } = move;
  const workspaceId = targets.number('workspace', row.id('workspace_id'));
  const userId = targets.number('user', row.id('user_id'));
  if (id === undefined) return { left: 'it has no number' };
  if (workspaceId === undefined) return gone('workspace');
  // Only its user sees it: without one, everybody would.
  if (row.id('user_id') !== undefined && userId === undefined) return gone('user');
  const wanted = row.filled('slug') ?? chosenSlug(row.text('name') ?? '');
  const slug = await freeName(move, {
    kind: 'thread',
    place: `${row.id('workspace_id')}/`,
    wanted,
    isTaken: async (name) => hasThread(db, workspaceId, name),
  });
  const createdAt = row.time('createdAt') ?? clock.nowMs();
  return {
    ready: {
      id,
      name: row.filled('name') ?? 'Thread',
      slug,
      workspaceId,
      userId: userId ?? null,
      createdAt,
      updatedAt: row.time('lastUpdatedAt') ?? createdAt,
    },
    changed: slug === wanted ? [] : ['its slug was taken: it has a number appended'],
  };
}
