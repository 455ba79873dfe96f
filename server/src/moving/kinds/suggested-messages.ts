import { bringSuggestion, type ImportedSuggestion } from '../../workspaces/index.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Step } from '../step.ts';

export const suggestedMessages: Step<SourceRow, ImportedSuggestion> = {
  kind: 'suggested message',
  count: (source) => source.count('workspace_suggested_messages'),
  things: (source) => rowsOf(source, 'workspace_suggested_messages'),
  prepare: (_db, { row }, { targets, clock }) => {
    const workspaceId = targets.number('workspace', row.id('workspaceId'));
    const message = row.filled('message');
    if (workspaceId === undefined) return { left: 'its workspace is gone or was left out' };
    if (message === undefined) return { left: 'it is empty' };
    const heading = row.text('heading') ?? '';
    return {
      ready: { workspaceId, heading, message, createdAt: row.time('createdAt') ?? clock.nowMs() },
    };
  },
  write: bringSuggestion,
};
