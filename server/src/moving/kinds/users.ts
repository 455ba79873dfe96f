import { importUser, isBcryptHash, hasUser, presentUsers, USER_ROLES } from '../../identity/index.ts';
import type { ImportedUser } from '../../identity/index.ts';
import type { Db } from '../../storage/index.ts';
import type { SourceRow } from '../source-row.ts';
import { freeName, rowsOf, type Move, type Prepared, type Step, type Thing } from '../step.ts';

const USERNAME_MAX_CHARACTERS = 60;
const BIO_MAX_CHARACTERS = 1_000;

/** With their passwords: bcrypt's hashes are good for one more login, which replaces them. */
export const users: Step<SourceRow, ImportedUser> = {
  kind: 'user',
  count: (source) => source.count('users'),
  things: (source) => rowsOf(source, 'users', 'username'),
  prepare,
  write: async (tx, user, { identity }) => {
    if (identity === undefined) throw new Error('a dry run writes nothing');
    const imported = await importUser(tx, identity, user);
    if (imported === undefined) throw new Error('a user has this name');
    return imported.id;
  },
  stillThere: async (db, targets) => {
    const there = await presentUsers(db, targets.map(Number));
    return new Set([...there].map(String));
  },
};

async function prepare(db: Db, { row }: Thing<SourceRow>, move: Move): Promise<Prepared<ImportedUser>> {
  const id = row.id('id');
  const wanted = row.filled('username')?.trim();
  const bcryptHash = row.text('password') ?? '';
  if (id === undefined || wanted === undefined || wanted.length > USERNAME_MAX_CHARACTERS)
    return { left: 'it has no name, or one of more than 60 characters' };
  if (!isBcryptHash(bcryptHash))
    return {
      left: 'its password is not stored with bcrypt, or at a cost that takes seconds: make the user anew',
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
      ...(username === wanted ? [] : ['its name was taken: it has a number behind it, such as anna-2']),
      ...(role === undefined ? ['its role is none that there is here: it is default now'] : []),
      ...(row.filled('pfpFilename') === undefined ? [] : ['its picture is not taken']),
    ],
  };
}
