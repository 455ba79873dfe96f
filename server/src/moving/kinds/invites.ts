import { bringInvite, type MovingInvite } from '../../identity/index.ts';
import type { SourceRow } from '../source-row.ts';
import { rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

const CODE = /^[\x21-\x7e]{8,200}$/;

/** The links that people were sent stay good. */
export const invites: Step<SourceRow, MovingInvite> = {
  kind: 'invite',
  count: (source) => source.count('invites'),
  // Without the code, which lets somebody in.
  things: (source) => rowsOf(source, 'invites'),
  prepare: (_db, thing, move) => prepare(thing, move),
  write: async (tx, invite, { identity }) => {
    if (identity === undefined) throw new Error('a dry run writes nothing');
    return (await bringInvite(tx, identity, invite)) ?? 'known';
  },
};

function prepare({ row }: Thing<SourceRow>, { targets, clock }: Move): Prepared<MovingInvite> {
  const code = row.filled('code');
  const status = row.text('status') ?? 'pending';
  if (code === undefined || !CODE.test(code)) return { left: 'it has no code that can be used' };
  if (status !== 'pending' && status !== 'claimed') return { left: 'it was disabled' };
  const claimedBy = targets.number('user', row.id('claimedBy')) ?? null;
  if (status === 'claimed' && claimedBy === null) return { left: 'who used it is gone' };
  const given = numbersOf(row.text('workspaceIds'));
  const workspaceIds = given.flatMap((id) => targets.number('workspace', id) ?? []);
  const createdAt = row.time('createdAt') ?? clock.nowMs();
  return {
    ready: {
      id: row.id('id') ?? 0,
      code,
      status,
      claimedBy,
      workspaceIds,
      createdBy: targets.number('user', row.id('createdBy')) ?? 0,
      createdAt,
      updatedAt: row.time('lastUpdatedAt') ?? createdAt,
    },
    changed:
      workspaceIds.length === given.length ? [] : ['it leads to fewer workspaces: some were not taken'],
  };
}

function numbersOf(text = '[]'): number[] {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) ? parsed.filter((item) => Number.isInteger(item)) : [];
  } catch {
    return [];
  }
}
