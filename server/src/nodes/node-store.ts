import { sql } from 'kysely';
import type { Db, DialectName } from '../storage/index.ts';

/**
 * What was taken away: from one key, from everything of one owner; `secret`, `session` and `user` from one of theirs.
 * `stop`: nothing, but what runs is ended. `question`: nothing at all; another node wants to know something.
 */
export type Change = {
  kind: 'key' | 'owner' | 'secret' | 'session' | 'user' | 'stop' | 'question';
  subject: string;
  /** What runs under the subject ends with it. */
  ends?: boolean;
};

/** A change as it is read back. */
export type MadeChange = Required<Change> & {
  seq: number;
  /** The request that made it, which it does not end. */
  madeBy: string | null;
};

export type NodeRow = {
  id: string;
  address: string;
  version: string;
  started_at: number;
  renewals: number;
  confirmed_seq: number;
};

type ChangeRow = {
  seq: number;
  at: number;
  kind: Change['kind'];
  subject: string;
  ends: 0 | 1;
  made_by: string | null;
};

type AnswerRow = { question: string; node: string; at: number; body: string };

type Tables = {
  nodes: NodeRow;
  node_changes: ChangeRow;
  node_changes_head: { id: number; seq: number };
  node_answers: AnswerRow;
};

const tables = (db: Db) => db.withTables<Tables>();

/** Whom the database tells of a change, with its commit. */
export interface Word {
  channel: string;
  nodeId: string;
}

interface Appended {
  nowMs: number;
  madeBy: string | null;
  /** On PostgreSQL alone. */
  word?: Word | undefined;
}

/** Appends a change; its number is final and in commit order, since the head's row stays locked until then. */
export async function appendChange(
  tx: Db,
  { kind, subject, ends = false }: Change,
  { nowMs, madeBy, word }: Appended,
): Promise<number> {
  // One statement: an acknowledgement waits for each.
  if (word !== undefined) {
    const { rows } = await sql<{ seq: number }>`
      with head as (update node_changes_head set seq = seq + 1 where id = 1 returning seq),
        made as (
          insert into node_changes (seq, at, kind, subject, ends, made_by)
          select seq, ${nowMs}, ${kind}, ${subject}, ${ends ? 1 : 0}, ${madeBy} from head
          returning seq
        )
      select seq, pg_notify(${word.channel}, ${word.nodeId} || ' ' || seq) from made`.execute(tx);
    const [made] = rows;
    if (made === undefined) throw new Error('The head of the changes is missing.');
    return made.seq;
  }
  const { seq } = await tables(tx)
    .updateTable('node_changes_head')
    .set((eb) => ({ seq: eb('seq', '+', 1) }))
    .where('id', '=', 1)
    .returning('seq')
    .executeTakeFirstOrThrow();
  await tables(tx)
    .insertInto('node_changes')
    .values({ seq, at: nowMs, kind, subject, ends: ends ? 1 : 0, made_by: madeBy })
    .execute();
  return seq;
}

export async function headSeq(db: Db): Promise<number> {
  const row = await tables(db).selectFrom('node_changes_head').select('seq').executeTakeFirst();
  return row?.seq ?? 0;
}

/** The number of the last change, and those after `seq` as far as `limit`; in one statement, as acknowledgements wait for it. */
export async function changesAfter(
  db: Db,
  seq: number,
  limit: number,
): Promise<{ head: number; changes: MadeChange[] }> {
  const rows = await tables(db)
    .selectFrom('node_changes_head as head')
    .leftJoin('node_changes as change', (join) => join.on('change.seq', '>', seq))
    .select(['head.seq as head', 'change.seq', 'kind', 'subject', 'ends', 'made_by'])
    .orderBy('change.seq')
    .limit(limit)
    .execute();
  return { head: rows[0]?.head ?? 0, changes: rows.map(changeOf).filter((change) => change !== undefined) };
}

type Joined = { [Name in keyof Omit<ChangeRow, 'at'>]: ChangeRow[Name] | null };

/** Of a row that was joined: there may be none. */
function changeOf({ seq, kind, subject, ends, made_by: madeBy }: Joined): MadeChange | undefined {
  if (seq === null || kind === null || subject === null) return undefined;
  return { seq, kind, subject, ends: ends === 1, madeBy };
}

/**
 * The number of the last change, for a transaction that is about to commit. None is made until then: on PostgreSQL the row
 * stays locked, on SQLite the file is.
 */
export async function lockHead(tx: Db, dialect: DialectName): Promise<number> {
  const query = tables(tx).selectFrom('node_changes_head').select('seq').where('id', '=', 1);
  return (await (dialect === 'postgres' ? query.forShare() : query).executeTakeFirstOrThrow()).seq;
}

/** The first change after `seq` that ends what runs under one of `subjects`; and the oldest number that is still there. */
export async function endingSince(
  tx: Db,
  { seq, subjects, madeBy }: { seq: number; subjects: readonly string[]; madeBy: string },
): Promise<{ ending: MadeChange | undefined; oldest: number | null }> {
  const ending = tables(tx)
    .selectFrom('node_changes')
    .select('seq')
    .where('seq', '>', seq)
    .where('ends', '=', 1)
    .where('subject', 'in', subjects)
    .where((eb) => eb.or([eb('made_by', 'is', null), eb('made_by', '!=', madeBy)]))
    .orderBy('seq')
    .limit(1);
  const oldest = tables(tx)
    .selectFrom('node_changes')
    .select((eb) => eb.fn.min('seq').as('oldest'));
  const row = await tables(tx)
    .selectFrom('node_changes_head')
    .leftJoin('node_changes as change', (join) => join.on('change.seq', '=', ending))
    .select(['change.seq', 'kind', 'subject', 'ends', 'made_by', oldest.as('oldest')])
    .executeTakeFirstOrThrow();
  return { ending: changeOf(row), oldest: row.oldest };
}

export async function insertAnswer(tx: Db, row: AnswerRow): Promise<void> {
  await tables(tx)
    .insertInto('node_answers')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

export async function answersTo(db: Db, question: string): Promise<Pick<AnswerRow, 'node' | 'body'>[]> {
  return tables(db)
    .selectFrom('node_answers')
    .select(['node', 'body'])
    .where('question', '=', question)
    .execute();
}

export async function deleteAnswers(
  tx: Db,
  where: { question: string } | { beforeMs: number },
): Promise<void> {
  const query = tables(tx).deleteFrom('node_answers');
  if ('question' in where) await query.where('question', '=', where.question).execute();
  else await query.where('at', '<', where.beforeMs).execute();
}

export async function deleteChangesBefore(db: Db, atMs: number): Promise<void> {
  await tables(db).deleteFrom('node_changes').where('at', '<', atMs).execute();
}

export async function allNodes(db: Db): Promise<NodeRow[]> {
  return tables(db).selectFrom('nodes').selectAll().execute();
}

/** Renews a lease, or makes the row when it is new or was cleared away meanwhile. */
export async function renewNode(db: Db, row: NodeRow): Promise<void> {
  const { renewals, confirmed_seq } = row;
  await tables(db)
    .insertInto('nodes')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ renewals, confirmed_seq }))
    .execute();
}

export async function confirmSeq(db: Db, id: string, seq: number): Promise<void> {
  await tables(db).updateTable('nodes').set({ confirmed_seq: seq }).where('id', '=', id).execute();
}

/** Deletes a node's row, but only if it has not been renewed since it was looked at. */
export async function deleteNode(db: Db, id: string, renewals?: number): Promise<void> {
  let query = tables(db).deleteFrom('nodes').where('id', '=', id);
  if (renewals !== undefined) query = query.where('renewals', '=', renewals);
  await query.execute();
}
