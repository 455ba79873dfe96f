import type { Db } from '../../storage/index.ts';
import { tables, type OidcLinkRow } from './rows.ts';

/** @returns the id of the user of an account at a provider. */
export async function findLink(
  db: Db,
  { issuer, subject }: Pick<OidcLinkRow, 'issuer' | 'subject'>,
): Promise<number | undefined> {
  const query = tables(db).selectFrom('oidc_links').select('user_id').where('issuer', '=', issuer);
  return (await query.where('subject', '=', subject).executeTakeFirst())?.user_id;
}

export async function isLinked(db: Db, userId: number): Promise<boolean> {
  const query = tables(db).selectFrom('oidc_links').select('user_id').where('user_id', '=', userId).limit(1);
  return (await query.executeTakeFirst()) !== undefined;
}

export async function insertLink(tx: Db, row: OidcLinkRow): Promise<void> {
  await tables(tx).insertInto('oidc_links').values(row).execute();
}

export async function dropLinks(tx: Db, userId: number): Promise<void> {
  await tables(tx).deleteFrom('oidc_links').where('user_id', '=', userId).execute();
}

/** In one statement. */
const EXPIRED_MAX = 1_000;

/** @returns false if it was spent before, also by a request at the same time. */
export async function spendState(
  tx: Db,
  { digest, expiresAt, nowMs }: { digest: Uint8Array; expiresAt: number; nowMs: number },
): Promise<boolean> {
  await tables(tx)
    .deleteFrom('oidc_spent_states')
    .where('digest', 'in', (eb) =>
      eb.selectFrom('oidc_spent_states').select('digest').where('expires_at', '<=', nowMs).limit(EXPIRED_MAX),
    )
    .execute();
  const result = await tables(tx)
    .insertInto('oidc_spent_states')
    .values({ digest, expires_at: expiresAt })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return result.numInsertedOrUpdatedRows === 1n;
}
