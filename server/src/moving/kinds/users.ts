import { jsonIn } from '../../base/json-text.ts';
import {
  importInvite,
  hasUser,
  importUser,
  isBcryptHash,
  presentUsers,
  USER_ROLES,
  type ImportedUser,
  type ImportedInvite,
} from '../../identity/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import { freeName, rowStep, type Move, type Prepared, type Thing } from '../step.ts';

const USERNAME_MAX_CHARACTERS = 60;
const BIO_MAX_CHARACTERS = 1_000;

/** With their passwords: the next login replaces a hash of bcrypt. */
export const users = rowStep<ImportedUser>({
  kind: 'user',
  table: 'users',
  named: 'username',
  prepare: prepareUser,
  write: async (tx, user, _move, { identity }) => {
    const imported = await importUser(tx, identity, user);
    if (imported === undefined) throw new Error('a user has this name');
    return imported.id;
  },
  present: presentUsers,
});

async function prepareUser({ row }: Thing<SourceRow>, move: Move, db: Db): Promise<Prepared<ImportedUser>> {
  const id = row.id('id');
  const wanted = row.filled('username')?.trim();
  const bcryptHash = row.text('password') ?? '';
  if (id === undefined || wanted === undefined || wanted.length > USERNAME_MAX_CHARACTERS)
    return { left: 'it has no name, or one of more than 60 characters' };
  if (!isBcryptHash(bcryptHash))
    return {
      left: 'its password is not stored with bcrypt, or at a cost that takes seconds: create the user again',
    };
  const isTaken = (name: string): Promise<boolean> => hasUser(db, name);
  const username = await freeName(move, { kind: 'user', wanted, isTaken });
  const role = USER_ROLES.find((known) => known === row.text('role'));
  const bio = row.text('bio') ?? '';
  const limit = row.integer('dailyMessageLimit');
  return {
    ready: {
      id,
      username,
      bcryptHash,
      role: role ?? 'default',
      suspended: row.flag('suspended') ?? false,
      dailyMessageLimit: limit === undefined || limit < 1 ? null : limit,
      bio: bio.slice(0, BIO_MAX_CHARACTERS),
      createdAt: row.time('createdAt') ?? move.clock.nowMs(),
    },
    changed: [
      ...(username === wanted ? [] : ['its name was taken: it has a number appended, such as anna-2']),
      ...(role === undefined ? ['its role does not exist here: it is default now'] : []),
      ...(row.filled('pfpFilename') === undefined ? [] : ['its picture was left out']),
    ],
  };
}

const CODE = /^[\x21-\x7e]{8,200}$/;

/** Links that people were sent stay valid. No column is shown: the code lets somebody in. */
export const invites = rowStep<ImportedInvite>({
  kind: 'invite',
  table: 'invites',
  prepare: prepareInvite,
  write: async (tx, invite, _move, { identity }) => (await importInvite(tx, identity, invite)) ?? 'known',
});

function prepareInvite({ row }: Thing<SourceRow>, { targets, clock }: Move): Prepared<ImportedInvite> {
  const code = row.filled('code');
  const status = row.text('status') ?? 'pending';
  if (code === undefined || !CODE.test(code)) return { left: 'it has no code that can be used' };
  if (status !== 'pending' && status !== 'claimed') return { left: 'it was disabled' };
  const claimedBy = targets.number('user', row.id('claimedBy')) ?? null;
  if (status === 'claimed' && claimedBy === null) return { left: 'its user is gone or was left out' };
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
    changed: workspaceIds.length === given.length ? [] : ['it leads to fewer workspaces: some were left out'],
  };
}

function numbersOf(text = '[]'): number[] {
  const parsed = jsonIn(text);
  return Array.isArray(parsed) ? parsed.filter((item) => Number.isInteger(item)) : [];
}
