import type { Db } from '../storage/index.ts';

type Tables = {
  moved_things: { source: string; kind: string; source_id: string; target_id: string; moved_at: number };
};

const SOURCE = 'anythingllm';

/** The things that were taken before, with their ids here. */
export async function findMoved(
  db: Db,
  kind: string,
  sourceIds: readonly string[],
): Promise<Map<string, string>> {
  if (sourceIds.length === 0) return new Map();
  const rows = await db
    .withTables<Tables>()
    .selectFrom('moved_things')
    .select(['source_id', 'target_id'])
    .where('source', '=', SOURCE)
    .where('kind', '=', kind)
    .where('source_id', 'in', sourceIds)
    .execute();
  return new Map(rows.map(({ source_id, target_id }) => [source_id, target_id]));
}

/**
 * In the transaction that makes the things: a thing and its note exist only together.
 * @returns the number of things that were not noted before.
 */
export async function noteMoved(
  tx: Db,
  kind: string,
  things: readonly { sourceId: string; targetId: string }[],
  nowMs: number,
): Promise<number> {
  if (things.length === 0) return 0;
  const rows = things.map(({ sourceId, targetId }) => ({
    source: SOURCE,
    kind,
    source_id: sourceId,
    target_id: targetId,
    moved_at: nowMs,
  }));
  const { numInsertedOrUpdatedRows = 0n } = await tx
    .withTables<Tables>()
    .insertInto('moved_things')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return Number(numInsertedOrUpdatedRows);
}
