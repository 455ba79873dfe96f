import { bringMember, type ImportedMember } from '../../workspaces/index.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Step } from '../step.ts';

export const members: Step<SourceRow, ImportedMember> = {
  kind: 'member',
  count: (source) => source.count('workspace_users'),
  things: (source) => rowsOf(source, 'workspace_users'),
  prepare: (_db, { row }, { targets, clock }) => {
    const workspaceId = targets.number('workspace', row.id('workspace_id'));
    const userId = targets.number('user', row.id('user_id'));
    if (workspaceId === undefined) return { left: 'its workspace is gone or was left out' };
    if (userId === undefined) return { left: 'its user is gone or was left out' };
    return { ready: { workspaceId, userId, createdAt: row.time('createdAt') ?? clock.nowMs() } };
  },
  write: async (tx, member) => {
    await bringMember(tx, member);
    return `${member.workspaceId}/${member.userId}`;
  },
};
