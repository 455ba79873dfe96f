import {
  bringWorkspace,
  hasWorkspace,
  presentWorkspaces,
  settingsLike,
  slugOf,
} from '../../workspaces/index.ts';
import type { Workspace } from '../../workspaces/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import { freeName, rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

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

export const workspaces: Step<SourceRow, Workspace> = {
  kind: 'workspace',
  count: (source) => source.count('workspaces'),
  things: (source) => rowsOf(source, 'workspaces', 'slug'),
  prepare,
  write: bringWorkspace,
  stillThere: async (db, targets) => {
    const there = await presentWorkspaces(db, targets.map(Number));
    return new Set([...there].map(String));
  },
};

async function prepare(db: Db, { row }: Thing<SourceRow>, move: Move): Promise<Prepared<Workspace>> {
  const id = row.id('id');
  const name = row.filled('name') ?? row.filled('slug');
  if (id === undefined || name === undefined) return { left: 'it has no number or no name' };
  const wanted = row.filled('slug') ?? slugOf(name);
  const isTaken = (slug: string): Promise<boolean> => hasWorkspace(db, slug);
  const slug = await freeName(move, { kind: 'workspace', wanted, isTaken });
  const nowMs = move.clock.nowMs();
  const given = Object.fromEntries(SETTINGS.map((column) => [column, row.text(column)]));
  // What a workspace without a mode did before there were others.
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
      ...(slug === wanted ? [] : [`its slug was taken: it has a number behind it, such as ${wanted}-2`]),
      ...(row.filled('router_id') === undefined ? [] : ['it chose its model by rules, which are not taken']),
      ...(row.filled('pfpFilename') === undefined ? [] : ['its picture is not taken']),
    ],
  };
}
