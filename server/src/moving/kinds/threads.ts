import { bringThread, chosenSlug, hasThread, presentThreads, type Thread } from '../../workspaces/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import { freeName, rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

export const threads: Step<SourceRow, Thread> = {
  kind: 'thread',
  count: (source) => source.count('workspace_threads'),
  things: (source) => rowsOf(source, 'workspace_threads', 'slug'),
  prepare,
  write: bringThread,
  stillThere: async (db, targets) => {
    const there = await presentThreads(db, targets.map(Number));
    return new Set([...there].map(String));
  },
};

async function prepare(db: Db, { row }: Thing<SourceRow>, move: Move): Promise<Prepared<Thread>> {
  const id = row.id('id');
  const { targets, clock } = move;
  const workspaceId = targets.number('workspace', row.id('workspace_id'));
  const userId = targets.number('user', row.id('user_id'));
  if (id === undefined) return { left: 'it has no number' };
  if (workspaceId === undefined) return { left: 'its workspace is gone or was left out' };
  // Shown to nobody but its user: without one it would be everybody's.
  if (row.id('user_id') !== undefined && userId === undefined)
    return { left: 'its user is gone or was left out' };
  const wanted = row.filled('slug') ?? chosenSlug(row.text('name') ?? '');
  const slug = await freeName(move, {
    kind: 'thread',
    place: `${row.id('workspace_id')}/`,
    wanted,
    // Of a workspace that a dry run only imagines there are no threads yet.
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
    changed: slug === wanted ? [] : ['its slug was taken: it has a number behind it'],
  };
}
