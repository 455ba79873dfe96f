import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { tables, type SecretRow } from './rows.ts';

/** The old secret of a rotation with a quiet time. */
export type QuietSecret = Pick<SecretRow, 'id' | 'key_id' | 'last_used_at'>;

/** Where a sweep continues. */
export type QuietPlace = Pick<SecretRow, 'id'> & { ends_at: number };

/**
 * Of the next `rows` secrets with a quiet time, those that were not used for so long.
 * @returns `next` undefined: the next sweep begins anew.
 */
export async function quietSecrets(
  db: Db,
  page: { nowMs: number; overlapMaxMs: number; rows: number; after: QuietPlace | undefined },
): Promise<{ quiet: QuietSecret[]; next: QuietPlace | undefined }> {
  const { nowMs, overlapMaxMs, rows, after = { ends_at: nowMs, id: '' } } = page;
  const found = await tables(db)
    .selectFrom('key_secrets')
    .select(['id', 'key_id', 'last_used_at', 'quiet_ms', 'ends_at'])
    .where('quiet_ms', 'is not', null)
    .where('ends_at', '>', nowMs)
    .where(sql<boolean>`(ends_at, id) > (${after.ends_at}, ${after.id})`)
    .orderBy('ends_at')
    .orderBy('id')
    .limit(rows)
    .execute();
  const quiet = found.filter(({ last_used_at, quiet_ms, ends_at }) => {
    // A rotation with a quiet time sets the end to the longest overlap: this gives its time.
    const rotatedAt = (ends_at ?? 0) - overlapMaxMs;
    return Math.max(rotatedAt, last_used_at ?? rotatedAt) + (quiet_ms ?? 0) < nowMs;
  });
  const last = found.length < rows ? undefined : found.at(-1);
  return { quiet, next: last && { id: last.id, ends_at: last.ends_at ?? 0 } };
}

/** @returns false where the secret was used or ended meanwhile. */
export async function endQuietSecret(tx: Db, secret: QuietSecret, nowMs: number): Promise<boolean> {
  const { last_used_at } = secret;
  const result = await tables(tx)
    .updateTable('key_secrets')
    .set({ ends_at: nowMs, quiet_ms: null })
    .where('id', '=', secret.id)
    .where('quiet_ms', 'is not', null)
    .where('last_used_at', last_used_at === null ? 'is' : '=', last_used_at)
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}
