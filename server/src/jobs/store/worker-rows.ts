import { rowsOfIds, type Db } from '../../storage/index.ts';
import type { WorkerRow } from './tables.ts';
import { findWorkers } from './worker-store.ts';

/** More are forgotten. */
const KNOWN_MAX = 5_000;
/** Characters; rows with longer capabilities are read each time. */
const KNOWN_TEXT_MAX = 4_096;

interface Stamp extends Pick<WorkerRow, 'id' | 'revision' | 'seen_at'> {
  is_marked?: unknown;
  held?: number;
}

const CLAIMING = `select id, revision, seen_at,
    (select count(*) from jobs where worker_id = workers.id and state = 'RUNNING') as held
  from workers where id in`;

const REPORTING = `select id, revision, seen_at,
    exists (select 1 from worker_marks where worker_id = workers.id) as is_marked
  from workers where id in`;

export interface Claiming {
  /** By id; a worker that was deleted is missing. */
  workers: ReadonlyMap<string, WorkerRow>;
  /** How many leases each of them holds. */
  held: ReadonlyMap<string, number>;
}

export interface Reporting {
  /** By id; a worker that was deleted is missing. */
  workers: ReadonlyMap<string, WorkerRow>;
  /** Those on which jobs failed since their last success. */
  marked: ReadonlySet<string>;
}

/**
 * The workers of claims and results. Their rows are wide and change seldom: only their revisions are read each time. Each
 * change of a row but that of `seen_at` counts its revision up (worker-rows.test.ts).
 */
export class WorkerRows {
  readonly #known = new Map<string, WorkerRow>();

  /** In a transaction, before it changes a worker: a change that is rolled back must not be kept. */
  async claiming(tx: Db, workerIds: readonly string[]): Promise<Claiming> {
    const { workers, stamps } = await this.#read(tx, CLAIMING, workerIds);
    return { workers, held: new Map(stamps.map(({ id, held = 0 }) => [id, held])) };
  }

  /** As `claiming`. */
  async reporting(tx: Db, workerIds: readonly string[]): Promise<Reporting> {
    const { workers, stamps } = await this.#read(tx, REPORTING, workerIds);
    const marked = stamps.filter(({ is_marked: isMarked }) => Boolean(isMarked));
    return { workers, marked: new Set(marked.map(({ id }) => id)) };
  }

  async #read(
    tx: Db,
    text: string,
    workerIds: readonly string[],
  ): Promise<{ workers: Map<string, WorkerRow>; stamps: readonly Stamp[] }> {
    const stamps = await rowsOfIds<Stamp>(tx, text, [...new Set(workerIds)]);
    const stale = stamps.filter(({ id, revision }) => this.#known.get(id)?.revision !== revision);
    const fresh = await findWorkers(
      tx,
      stale.map(({ id }) => id),
    );
    const read = new Map(fresh.map((row) => [row.id, row]));
    const workers = new Map<string, WorkerRow>();
    for (const { id, seen_at: seenAt } of stamps) {
      const row = read.get(id) ?? this.#known.get(id);
      if (row !== undefined)
        workers.set(id, this.#keep(row.seen_at === seenAt ? row : { ...row, seen_at: seenAt }));
    }
    return { workers, stamps };
  }

  #keep(row: WorkerRow): WorkerRow {
    if (this.#known.get(row.id) === row) return row;
    if (this.#known.size >= KNOWN_MAX) this.#known.clear();
    if (row.capabilities.length <= KNOWN_TEXT_MAX) this.#known.set(row.id, row);
    else this.#known.delete(row.id);
    return row;
  }
}
