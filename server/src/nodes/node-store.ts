import { CompiledQuery, sql } from 'kysely';
import { dialectOf, type Db } from '../storage/index.ts';

/**
 * Something was taken away from the subject: a key, all keys of an owner, and so on. `access`: a right of a person whose
 * session goes on, or a workspace. `stop` only ends requests; `question` is a question of another node.
 */
export type Change = {
  kind: 'key' | 'owner' | 'secret' | 'session' | 'user' | 'access' | 'stop' | 'question';
  subject: string;
  /** The requests of the subject end. */
  ends?: boolean;
  /** What the subject may still do: those of its requests that need no more go on (`Runner.staysWithin`). */
  rights?: string | null;
};

/** A change in the database. */
export type MadeChange = Required<Change> & {
  seq: number;
  /** The id of the run that made it, which it does not end. */
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
  rights: string | null;
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

/** Sent by the database with the commit of a change. */
export interface Notification {
  channel: string;
  nodeId: string;
}

/** Of one look. A request with more of them ends: nobody narrows a key so often while it runs. */
export const ENDINGS_MAX = 100;

interface Appended {
  nowMs: number;
  madeBy: string | null;
  /** Only on PostgreSQL. */
  notification?: Notification | undefined;
}

/** @returns its number, which is final and in commit order: the row of the head stays locked until the commit. */
export async function appendChange(
  tx: Db,
  { kind, subject, ends = false, rights = null }: Change,
  { nowMs, madeBy, notification }: Appended,
): Promise<number> {
  lockedHeads.delete(tx);
  // One statement, as acknowledgements wait for it.
  if (notification !== undefined) {
    const { channel, nodeId } = notification;
    const { rows } = await sql<{ seq: number }>`
      with head as (update node_changes_head set seq = seq + 1 where id = 1 returning seq),
        made as (
          insert into node_changes (seq, at, kind, subject, ends, rights, made_by)
          select seq, ${nowMs}, ${kind}, ${subject}, ${ends ? 1 : 0}, ${rights}, ${madeBy} from head
          returning seq
        )
      select seq, pg_notify(${channel}, ${nodeId} || ' ' || seq) from made`.execute(tx);
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
    .values({ seq, at: nowMs, kind, subject, ends: ends ? 1 : 0, rights, made_by: madeBy })
    .execute();
  return seq;
}

export async function headSeq(db: Db): Promise<number> {
  const row = await tables(db).selectFrom('node_changes_head').select('seq').executeTakeFirst();
  return row?.seq ?? 0;
}

/** The number of the last change, and the next `limit` ones after `seq`; one statement, as acknowledgements wait for it. */
export async function changesAfter(
  db: Db,
  seq: number,
  limit: number,
): Promise<{ head: number; changes: MadeChange[] }> {
  const rows = await tables(db)
    .selectFrom('node_changes_head as head')
    .leftJoin('node_changes as change', (join) => join.on('change.seq', '>', seq))
    .select(['head.seq as head', 'change.seq', 'kind', 'subject', 'ends', 'rights', 'made_by'])
    .orderBy('change.seq')
    .limit(limit)
    .execute();
  return { head: rows[0]?.head ?? 0, changes: rows.map(changeOf).filter((change) => change !== undefined) };
}

type Joined = { [Name in keyof Omit<ChangeRow, 'at'>]: ChangeRow[Name] | null };

/** Of a left join. */
function changeOf({ seq, kind, subject, ends, rights, made_by: madeBy }: Joined): MadeChange | undefined {
  if (seq === null || kind === null || subject === null) return undefined;
  return { seq, kind, subject, ends: ends === 1, rights, madeBy };
}

/** Each transaction of a request asks: without the builder of statements. */
const HEAD = 'select seq from node_changes_head where id = 1';

/** By transaction: the permits of all callers that share one are checked against it. */
const lockedHeads = new WeakMap<Db, number>();

/** The number of the last change. Until the transaction ends there is no other: SQLite has locked the file. */
export async function lockHead(tx: Db): Promise<number> {
  const known = lockedHeads.get(tx);
  if (known !== undefined) return known;
  const text = dialectOf(tx) === 'postgres' ? `${HEAD} for share` : HEAD;
  const [row] = (await tx.executeQuery<{ seq: number }>(CompiledQuery.raw(text))).rows;
  if (row === undefined) throw new Error('The table node_changes_head has no row.');
  lockedHeads.set(tx, row.seq);
  return row.seq;
}

/** The changes after `seq` that end requests of `subjects`, the first ones; and the oldest number in the table. */
export async function endingSince(
  tx: Db,
  { seq, subjects, madeBy }: { seq: number; subjects: readonly string[]; madeBy: string },
): Promise<{ endings: MadeChange[]; oldest: number | null }> {
  const ending = tables(tx)
    .selectFrom('node_changes')
    .select('seq')
    .where('seq', '>', seq)
    .where('ends', '=', 1)
    .where('subject', 'in', subjects)
    .where((eb) => eb.or([eb('made_by', 'is', null), eb('made_by', '!=', madeBy)]))
    .orderBy('seq')
    .limit(ENDINGS_MAX);
  const oldest = tables(tx)
    .selectFrom('node_changes')
    .select((eb) => eb.fn.min('seq').as('oldest'));
  const rows = await tables(tx)
    .selectFrom('node_changes_head')
    .leftJoin('node_changes as change', (join) => join.on('change.seq', 'in', ending))
    .select(['change.seq', 'kind', 'subject', 'ends', 'rights', 'made_by', oldest.as('oldest')])
    .orderBy('change.seq')
    .execute();
  const endings = rows.map(changeOf).filter((change) => change !== undefined);
  return { endings, oldest: rows[0]?.oldest ?? null };
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

/** Renews a lease; inserts the row where it is new or was deleted. */
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

/** @param renewals deletes the row only where it was not renewed since. */
export async function deleteNode(db: Db, id: string, renewals?: number): Promise<void> {
  let query = tables(db).deleteFrom('nodes').where('id', '=', id);
  if (renewals !== undefined) query = query.where('renewals', '=', renewals);
  await query.execute();
}
