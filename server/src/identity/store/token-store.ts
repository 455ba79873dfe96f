import type { Db } from '../../storage/index.ts';
import { tables, type TokenKind, type TokenRow } from './rows.ts';

/** A user has one token of each kind: a new one replaces it. */
export async function putToken(tx: Db, row: TokenRow): Promise<void> {
  const { digest, expires_at, made_by } = row;
  await tables(tx)
    .insertInto('one_time_tokens')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['kind', 'user_id']).doUpdateSet({ digest, expires_at, made_by }),
    )
    .execute();
}

interface Wanted {
  digests: readonly Uint8Array[];
  nowMs: number;
}

/** The user and the maker of a valid token. */
export async function findToken(
  db: Db,
  kind: TokenKind,
  { digests, nowMs }: Wanted,
): Promise<Pick<TokenRow, 'user_id' | 'made_by'> | undefined> {
  return tables(db)
    .selectFrom('one_time_tokens')
    .select(['user_id', 'made_by'])
    .where('kind', '=', kind)
    .where('digest', 'in', [...digests])
    .where('expires_at', '>', nowMs)
    .executeTakeFirst();
}

/** Deletes a token: one of two requests at the same time gets it. @returns its user, if it was valid. */
export async function takeToken(
  tx: Db,
  kind: TokenKind,
  { digests, nowMs }: Wanted,
): Promise<number | undefined> {
  const row = await tables(tx)
    .deleteFrom('one_time_tokens')
    .where('kind', '=', kind)
    .where('digest', 'in', [...digests])
    .returning(['user_id', 'expires_at'])
    .executeTakeFirst();
  return row === undefined || row.expires_at <= nowMs ? undefined : row.user_id;
}

export async function putRecoveryCodes(
  tx: Db,
  userId: number,
  digests: readonly Uint8Array[],
): Promise<void> {
  await tables(tx)
    .insertInto('recovery_codes')
    .values(digests.map((digest) => ({ digest, user_id: userId })))
    .execute();
}

export async function countRecoveryCodes(
  db: Db,
  userId: number,
  digests: readonly Uint8Array[],
): Promise<number> {
  const rows = await tables(db)
    .selectFrom('recovery_codes')
    .select('digest')
    .where('user_id', '=', userId)
    .where('digest', 'in', [...digests])
    .execute();
  return rows.length;
}

/** Deletes the tokens and recovery codes of a user. */
export async function dropCodes(tx: Db, userId: number): Promise<void> {
  await tables(tx).deleteFrom('recovery_codes').where('user_id', '=', userId).execute();
  await tables(tx).deleteFrom('one_time_tokens').where('user_id', '=', userId).execute();
}
