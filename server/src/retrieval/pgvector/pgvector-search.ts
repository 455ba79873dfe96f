import { sql, type RawBuilder } from 'kysely';
import type { Db } from '../../storage/index.ts';
import { passesIn } from '../embedded-store.ts';
import { halfVector } from './half-vector.ts';
import { tablesOf } from './pgvector-tables.ts';

export interface Question {
  collectionId: number;
  model: string;
  vector: Float32Array;
  /** Of chunks. */
  limit: number;
  /** Documents to leave out. */
  except: readonly string[];
}

interface FoundRow {
  id: number;
  vector: Uint8Array;
}

/**
 * The candidates of a search of the graph for each wanted vector, and at least: enough to find 0.99 of the nearest among
 * random vectors. pgvector allows at most 1,000.
 */
const VIEW = 3;
const VIEW_MIN = 300;
const VIEW_MAX = 1_000;

/** With a higher limit a search of the graph would miss some. */
export const GRAPH_LIMIT_MAX = Math.floor(VIEW_MAX / VIEW);

export type Way = { by: 'comparing' } | { by: 'graph'; limit: number; stepsMax: number };

/**
 * Sets the planner for the rest of a transaction, so that the plan does not depend on the age of the statistics: only the
 * graph can give rows in order without sorting. Just-in-time compilation takes longer than a search.
 */
export async function steer(tx: Db, way: Way): Promise<void> {
  await sql`
    select set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
      set_config('enable_sort', ${way.by === 'graph' ? 'off' : 'on'}, true)`.execute(tx);
  if (way.by === 'comparing') return;
  const view = Math.max(VIEW_MIN, Math.min(VIEW_MAX, way.limit * VIEW));
  await sql`
    select set_config('hnsw.iterative_scan', 'relaxed_order', true), set_config('hnsw.ef_search', ${String(view)}, true),
      set_config('hnsw.max_scan_tuples', ${String(way.stepsMax)}, true)`.execute(tx);
}

/** Compares all vectors of a collection, pass by pass: `offset 0` keeps PostgreSQL from turning it round. */
export function byComparing(db: Db, question: Question): RawBuilder<FoundRow> {
  const { vectors } = tablesOf(question.vector.length);
  return chunksOf(sql`
    select v.chunk_id from ${passesFor(db, question)} as p
    cross join lateral (
      select chunk_id, vector from ${vectors} where embedding_id = p.id offset 0
    ) as v
    order by ${distance(question)} limit ${question.limit}`);
}

/**
 * Follows the graph from the question outwards, through the vectors of all collections, until it has enough of this one;
 * `offset 0` keeps the subquery from becoming a join. Fewer rows than asked for: the search reached its limit of steps.
 */
export function byGraph(db: Db, question: Question): RawBuilder<FoundRow> {
  const { vectors } = tablesOf(question.vector.length);
  const own = passesFor(db, question)
    .where('e.id', '=', sql<number>`v.embedding_id`)
    .offset(sql.lit(0));
  return chunksOf(sql`
    select v.chunk_id from ${vectors} as v where exists ${own}
    order by ${distance(question)} limit ${question.limit}`);
}

const distance = ({ vector }: Question): RawBuilder<unknown> =>
  sql`v.vector <#> ${halfVector(vector)}::halfvec(${sql.lit(vector.length)})`;

/** With the original vectors. */
const chunksOf = (found: RawBuilder<unknown>): RawBuilder<FoundRow> =>
  sql<FoundRow>`select c.id, c.vector from (${found}) as f inner join document_chunks as c on c.id = f.chunk_id`;

// eslint-disable-next-line typescript/explicit-function-return-type
function passesFor(db: Db, { collectionId, model, except }: Question) {
  const passes = passesIn(db, collectionId, model).select('e.id');
  return except.length === 0 ? passes : passes.where('e.document_id', 'not in', except);
}
