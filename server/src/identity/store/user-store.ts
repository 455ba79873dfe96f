import { mapInTurns } from '../../base/slices.ts';
import { allById, unchanged, type Db } from '../../storage/index.ts';
import { dropLinks } from './oidc-store.ts';
import { tables, type PasswordKind, type UserRow } from './rows.ts';
import { dropCodes } from './token-store.ts';
import type { User } from '../user.ts';

const fromRow = (row: UserRow): User => ({
  id: row.id,
  ownerId: row.owner_id,
  username: row.username,
  role: row.role,
  suspended: row.suspended !== 0,
  dailyMessageLimit: row.daily_message_limit,
  bio: row.bio,
  pfpFilename: row.pfp_filename,
  seenRecoveryCodes: row.seen_recovery_codes !== 0,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

/** @returns false if another user has the name, also one that was made at the same time. */
export async function insertUser(tx: Db, row: UserRow): Promise<boolean> {
  const result = await tables(tx)
    .insertInto('users')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}

const findRow = (db: Db, column: 'id' | 'owner_id' | 'username', value: number | string) =>
  tables(db).selectFrom('users').selectAll().where(column, '=', value).executeTakeFirst();

export async function findUser(db: Db, id: number): Promise<User | undefined> {
  const row = await findRow(db, 'id', id);
  return row && fromRow(row);
}

export async function findByOwner(db: Db, ownerId: string): Promise<User | undefined> {
  const row = await findRow(db, 'owner_id', ownerId);
  return row && fromRow(row);
}

export async function findByUsername(db: Db, username: string): Promise<User | undefined> {
  return (await findCredentials(db, username))?.user;
}

export interface Credentials {
  user: User;
  sealedHash: string;
  kind: PasswordKind;
}

export async function findCredentials(db: Db, username: string): Promise<Credentials | undefined> {
  const row = await findRow(db, 'username', username);
  return row && { user: fromRow(row), sealedHash: row.password_hash, kind: row.password_kind };
}

/** Whether an imported user has not logged in yet. */
export async function hasBcrypt(db: Db): Promise<boolean> {
  const query = tables(db).selectFrom('users').select('id').where('password_kind', '=', 'bcrypt').limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}

export async function listUsers(db: Db): Promise<User[]> {
  return mapInTurns(await allById(tables(db).selectFrom('users').selectAll()), fromRow);
}

/** In one statement, for some milliseconds. */
const IDS_MAX = 1_000;

/** Leaves out users that do not exist. */
export async function usersById(db: Db, ids: readonly number[]): Promise<Map<number, User>> {
  const distinct = [...new Set(ids)];
  const users = new Map<number, User>();
  for (let start = 0; start < distinct.length; start += IDS_MAX) {
    const some = distinct.slice(start, start + IDS_MAX);
    const rows = await tables(db).selectFrom('users').selectAll().where('id', 'in', some).execute();
    for (const row of rows) users.set(row.id, fromRow(row));
  }
  return users;
}

export async function updateUser(tx: Db, id: number, change: Partial<UserRow>): Promise<void> {
  await tables(tx).updateTable('users').set(change).where('id', '=', id).execute();
}

/** @returns false if they were marked before. */
export async function markCodesSeen(tx: Db, id: number): Promise<boolean> {
  const result = await tables(tx)
    .updateTable('users')
    .set({ seen_recovery_codes: 1 })
    .where('id', '=', id)
    .where('seen_recovery_codes', '=', 0)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

export async function deleteUser(tx: Db, id: number): Promise<void> {
  await dropCodes(tx, id);
  await dropLinks(tx, id);
  await tables(tx).deleteFrom('users').where('id', '=', id).execute();
}

/** With more administrators, none is the last one. */
const ADMINS_MAX = 1_000;

/** The owners of administrators that are not suspended. */
export async function activeAdmins(db: Db): Promise<string[]> {
  const query = tables(db).selectFrom('users').select('owner_id').where('role', '=', 'admin');
  const rows = await query.where('suspended', '=', 0).orderBy('id').limit(ADMINS_MAX).execute();
  return rows.map(({ owner_id }) => owner_id);
}

/** Other changes of the user wait for the end of the transaction. */
export async function lockUser(tx: Db, id: number): Promise<void> {
  await tables(tx).updateTable('users').set(unchanged('bio')).where('id', '=', id).execute();
}
