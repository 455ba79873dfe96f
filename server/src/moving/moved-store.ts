import type { Db } from '../storage/index.ts';

type Tables = {
  moved_things: { source: string; kind: string; source_id: string; target_id: string; moved_at: number };
};

/** Where things come from, as a column says it. */
const SOURCE = 'anythingllm';

/** Those of `sourceIds` that were taken before, and what each became. */
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
 * In the transaction that makes the things: there is never one without its note, nor a note without it.
 * @returns how many were not noted before.
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
