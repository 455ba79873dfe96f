import { sql } from 'kysely';
import type { Db } from '../../storage/index.ts';
import type { Key, KeyRecord } from '../key.ts';
import { joined, keyFromRow, tables, type JoinedKeyRow } from './rows.ts';

export async function insertAncestors(
  tx: Db,
  { id, ancestors }: Pick<Key, 'id' | 'ancestors'>,
): Promise<void> {
  if (ancestors.length === 0) return;
  const rows = ancestors.map((above, index) => ({
    key_id: id,
    ancestor_id: above.id,
    generation: index + 1,
  }));
  await tables(tx).insertInto('key_ancestors').values(rows).execute();
}

export async function deleteAncestors(tx: Db, keyId: string): Promise<void> {
  await tables(tx).deleteFrom('key_ancestors').where('key_id', '=', keyId).execute();
}

export async function keysFromRows(db: Db, rows: readonly JoinedKeyRow[]): Promise<Key[]> {
  const children = rows.filter(({ parent_id }) => parent_id !== null).map(({ id }) => id);
  const above = children.length === 0 ? [] : await ancestorsOf(db, children);
  const ofKey = Map.groupBy(above, ({ line_of }) => line_of);
  return rows.map((row) => ({ ...keyFromRow(row), ancestors: (ofKey.get(row.id) ?? []).map(keyFromRow) }));
}

const ancestorsOf = (db: Db, keyIds: readonly string[]) =>
  joined(db)
    .innerJoin('key_ancestors as line', 'line.ancestor_id', 'keys.id')
    .select('line.key_id as line_of')
    .where('line.key_id', 'in', keyIds)
    .orderBy('line.generation')
    .execute();

const secretColumns = [
  'secret.id as secret_id',
  'secret.digest as secret_digest',
  'secret.pepper as secret_pepper',
  'secret.ends_at as secret_ends_at',
] as const;

/** The key of a secret and its ancestors, in one statement: of one moment. */
const withSecret = (db: Db) => ({
  own: joined(db)
    .innerJoin('key_secrets as secret', 'secret.key_id', 'keys.id')
    .select(secretColumns)
    .select(sql<number>`0`.as('generation')),
  // Without plugins: the statement that contains this one passes through them.
  above: joined(db.withoutPlugins())
    .innerJoin('key_ancestors as line', 'line.ancestor_id', 'keys.id')
    .innerJoin('key_secrets as secret', 'secret.key_id', 'line.key_id')
    .select(secretColumns)
    .select('line.generation as generation'),
});

export interface Found {
  key: Key;
  secret: { id: string; digest: Uint8Array; pepper: string; ends_at: number | null };
}

/** One statement whether the key exists or not: the time of a second one would tell a stranger which texts were keys. */
export async function findByDigest(db: Db, digests: readonly Uint8Array[]): Promise<Found | undefined> {
  const { own, above } = withSecret(db);
  const found = own.where('secret.digest', 'in', digests);
  return foundOf(await found.unionAll(above.where('secret.digest', 'in', digests)).execute());
}

export async function findBySecret(db: Db, secretId: string): Promise<Found | undefined> {
  const { own, above } = withSecret(db);
  const found = own.where('secret.id', '=', secretId);
  return foundOf(await found.unionAll(above.where('secret.id', '=', secretId)).execute());
}

type FoundRow = JoinedKeyRow & {
  secret_id: string;
  secret_digest: Uint8Array;
  secret_pepper: string;
  secret_ends_at: number | null;
  generation: number;
};

function foundOf(rows: readonly FoundRow[]): Found | undefined {
  const own = rows.find(({ generation }) => generation === 0);
  if (own === undefined) return undefined;
  const { secret_id: id, secret_digest: digest, secret_pepper: pepper, secret_ends_at: ends_at } = own;
  const ancestors: KeyRecord[] = rows
    .filter(({ secret_id, generation }) => secret_id === id && generation > 0)
    .sort((a, b) => a.generation - b.generation)
    .map(keyFromRow);
  return { key: { ...keyFromRow(own), ancestors }, secret: { id, digest, pepper, ends_at } };
}
