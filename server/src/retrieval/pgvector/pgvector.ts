import { sql } from 'kysely';
import type { Clock } from '../../base/clock.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { booksOf, type Db, type Storage } from '../../storage/index.ts';
import { distanceTo } from './half-vector.ts';
import type { Nearest } from '../index/nearest.ts';
import { Backfill } from './pgvector-backfill.ts';
import { byComparing, byGraph, GRAPH_LIMIT_MAX, steer, type Question } from './pgvector-search.ts';
import { fillPiece, markFilled, collectionState, survey, type Piece } from './pgvector-store.ts';
import { DIMENSIONS_MAX, ensureTables, isGone, openExtension } from './pgvector-tables.ts';

const EXACT_MAX = 20_000;
/** Beyond those that are wanted: the order by 16-bit floats is inexact. */
const CANDIDATES_MORE = 16;
/** A step in the graph takes about as long as comparing so many vectors. */
const STEP_COST = 40;

export interface PgVectorsOptions {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  isOn: boolean;
  /** With more vectors in a collection a search may use the graph. */
  exactMax?: number;
}

/**
 * Vectors in PostgreSQL's extension `vector`, and searches by it: no process holds a collection in memory, and a search finds
 * exactly what is committed. Does nothing with another database or without the extension: docs/decisions/0008.
 */
export class PgVectors {
  readonly #options: PgVectorsOptions;
  readonly #backfill: Backfill;
  #usable: Promise<boolean> | undefined;
  /** By length of vectors: their tables. */
  readonly #prepared = new Map<number, Promise<void>>();
  /** Collections whose vectors are complete at a revision. */
  readonly #whole = new Map<string, { revision: string; chunks: number }>();

  constructor(options: PgVectorsOptions) {
    this.#options = options;
    this.#backfill = new Backfill({ ...options, prepare: (dimensions) => this.prepare(dimensions) });
  }

  /** Adds the vectors of passes that were embedded without the extension. Never rejects. */
  async look(): Promise<void> {
    if (await this.#isUsable().catch(() => false)) await this.#backfill.look();
  }

  /** Idempotent. */
  stop(): Promise<void> {
    return this.#backfill.stop();
  }

  /**
   * The chunks nearest to a question, the best first.
   * @returns undefined where the index process has to search: vectors are missing here, or the search failed.
   */
  async nearest(question: Question): Promise<Nearest[] | undefined> {
    if (question.vector.length > DIMENSIONS_MAX || !(await this.#isUsable())) return undefined;
    const { storage } = this.#options;
    try {
      const rows = await storage.snapshot((tx) => this.#search(tx, question));
      return rows
        ?.map(({ id, vector }) => ({ id, distance: distanceTo(question.vector, vector) }))
        .sort((a, b) => a.distance - b.distance || a.id - b.id)
        .slice(0, question.limit);
    } catch (error) {
      this.#failed(error, 'PostgreSQL could not search by vectors');
      return undefined;
    }
  }

  async #search(tx: Db, asked: Question): Promise<{ id: number; vector: Uint8Array }[] | undefined> {
    const whole = await this.#wholeChunks(tx, asked);
    if (whole === undefined) {
      void this.#backfill.look();
      return undefined;
    }
    const question = { ...asked, limit: asked.limit + CANDIDATES_MORE };
    if (this.#isGraphFaster(whole, question.limit)) {
      const stepsMax = Math.ceil(whole.chunks / STEP_COST);
      await steer(tx, { by: 'graph', limit: question.limit, stepsMax });
      const { rows } = await byGraph(tx, question).execute(tx);
      if (rows.length === question.limit) return rows;
    }
    await steer(tx, { by: 'comparing' });
    return (await byComparing(tx, question).execute(tx)).rows;
  }

  /** The chunks of the collection and of all collections; undefined while some of its own are missing here. */
  async #wholeChunks(
    tx: Db,
    { collectionId, model, vector }: Question,
  ): Promise<{ chunks: number; total: number } | undefined> {
    const searched = { collectionId, model, dimensions: vector.length };
    const now = await collectionState(tx, searched);
    if (now === undefined) return undefined;
    const { revision, total } = now;
    const name = `${collectionId} ${model}`;
    const known = this.#whole.get(name);
    if (known?.revision === revision) return { chunks: known.chunks, total };
    const { chunks, unfilled } = await survey(tx, searched);
    if (unfilled > 0) return undefined;
    this.#whole.set(name, { revision, chunks });
    return { chunks, total };
  }

  /** A graph leads through the vectors of other collections too: for a collection with a small share it is slow. */
  #isGraphFaster({ chunks, total }: { chunks: number; total: number }, limit: number): boolean {
    if (chunks <= (this.#options.exactMax ?? EXACT_MAX) || limit > GRAPH_LIMIT_MAX) return false;
    const steps = limit * Math.max(1, total / chunks);
    return steps * STEP_COST < chunks;
  }

  /** Call before the transaction that writes vectors of a length. */
  async prepare(dimensions: number): Promise<void> {
    if (dimensions > DIMENSIONS_MAX || !(await this.#isUsable())) return;
    // With a permit of its own: other requests wait for it too.
    const preparing =
      this.#prepared.get(dimensions) ?? ensureTables(booksOf(this.#options.storage), dimensions);
    this.#prepared.set(dimensions, preparing);
    try {
      await preparing;
    } catch (error) {
      this.#prepared.delete(dimensions);
      this.#failed(error, 'PostgreSQL could not make room for vectors');
    }
  }

  /**
   * Adds the chunks of a pass from a place on, within the transaction that writes them.
   * @param piece.isLast the pass is complete with them.
   */
  async add(tx: Db, piece: Piece & { isLast?: boolean }): Promise<void> {
    if (!this.#prepared.has(piece.dimensions)) return;
    // A failure here must not fail the chunks.
    await sql`savepoint derived`.execute(tx);
    try {
      let from: number | undefined = piece.from;
      while (from !== undefined) from = await fillPiece(tx, { ...piece, from });
      if (piece.isLast === true) await markFilled(tx, piece);
      await sql`release savepoint derived`.execute(tx);
    } catch (error) {
      this.#failed(error, 'PostgreSQL did not take vectors');
      await sql`rollback to savepoint derived`.execute(tx);
    }
  }

  #isUsable(): Promise<boolean> {
    this.#usable ??= this.#open().catch((error: unknown) => {
      this.#usable = undefined;
      this.#failed(error, 'PostgreSQL could not be asked for its extensions');
      return false;
    });
    return this.#usable;
  }

  async #open(): Promise<boolean> {
    const { storage, logger, isOn } = this.#options;
    if (storage.dialect !== 'postgres' || !isOn) return false;
    const extension = await openExtension(booksOf(storage));
    const isUsable = 'version' in extension;
    logger.info(
      extension,
      isUsable ? 'PostgreSQL searches by vectors' : 'searches by vectors use the index process',
    );
    return isUsable;
  }

  /** @throws KeywardError where the database itself fails. */
  #failed(error: unknown, what: string): void {
    if (error instanceof KeywardError) throw error;
    this.#options.logger.warn({ err: error }, what);
    if (!isGone((error as { code?: string }).code ?? '')) return;
    this.#usable = Promise.resolve(false);
    this.#prepared.clear();
    this.#whole.clear();
    this.#options.logger.warn('searches by vectors use the index process until Keyward is started again');
  }
}
