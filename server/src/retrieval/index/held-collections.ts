import { Mutex } from '../../base/mutex.ts';
import type { Db, Storage } from '../../storage/index.ts';
import { embeddingsIn } from '../embedded-store.ts';
import { readVectors } from '../chunk-store.ts';
import { revisionOf } from '../collection-store.ts';
import { IndexGone, type IndexClient } from './index-client.ts';
import { nameOf, type AskOf, type Replies } from './index-messages.ts';
import { knownDimensions } from '../embedding/recipe.ts';
import { flatten } from './vector-bytes.ts';

/** A search that meets a dying process or a change on its way begins anew so often. */
const ATTEMPTS_MAX = 4;

type Question = Omit<AskOf<'search'>, 'ask' | 'name' | 'revision'>;
type Answer = Extract<Replies['search'], { stale: false }>;

/** What the index process is known to hold. */
interface Known {
  life: number;
  revision: number;
  withTexts: boolean;
}

/**
 * Keeps the index process in line with the database: before each search the collection's revision is read, and what has
 * changed since is sent. So a change made by any process is seen by the search that comes after it.
 */
export class HeldCollections {
  readonly #storage: Storage;
  readonly #client: IndexClient;
  readonly #known = new Map<string, Known>();
  readonly #sending = new Map<string, Mutex>();

  constructor(storage: Storage, client: IndexClient) {
    this.#storage = storage;
    this.#client = client;
  }

  /** @returns undefined where the collection has no vectors of the model. */
  async search(collectionId: number, model: string, question: Question): Promise<Answer | undefined> {
    const name = nameOf({ collectionId, model });
    for (let attempt = 1; ; attempt++) {
      try {
        const revision = await this.#current({ collectionId, model }, question.words !== undefined);
        if (revision === undefined) return undefined;
        const answer = await this.#client.ask({ ask: 'search', name, revision, ...question });
        if (!answer.stale) return answer;
        this.#known.delete(name);
      } catch (error) {
        if (!(error instanceof IndexGone)) throw error;
        if (attempt === ATTEMPTS_MAX) throw error;
      }
      if (attempt === ATTEMPTS_MAX) throw new IndexGone('does not keep what it is given');
    }
  }

  /** @returns the revision that is held, which is the database's or a later one. */
  async #current(
    of: { collectionId: number; model: string },
    withTexts: boolean,
  ): Promise<number | undefined> {
    const { db } = this.#storage;
    const name = nameOf(of);
    const isHeld = (revision: number): boolean => {
      const known = this.#known.get(name);
      return (
        known?.life === this.#client.life && known.revision >= revision && (known.withTexts || !withTexts)
      );
    };
    const revision = await revisionOf(db, of.collectionId);
    if (revision === 0) return undefined;
    if (isHeld(revision)) return this.#known.get(name)?.revision;
    return this.#alone(name, async () => {
      // Whoever was before may have brought it.
      if (isHeld(revision)) return this.#known.get(name)?.revision;
      return this.#send(db, of, withTexts || (this.#known.get(name)?.withTexts ?? false));
    });
  }

  #alone<T>(name: string, work: () => Promise<T>): Promise<T> {
    const mutex = this.#sending.get(name) ?? new Mutex();
    this.#sending.set(name, mutex);
    return mutex.run(work);
  }

  async #send(
    db: Db,
    { collectionId, model }: { collectionId: number; model: string },
    withTexts: boolean,
  ): Promise<number | undefined> {
    const name = nameOf({ collectionId, model });
    // Read before what belongs to it: a change that comes between is in it, and is looked for again.
    const revision = await revisionOf(db, collectionId);
    const dimensions = await knownDimensions(db, model);
    const embeddings = await embeddingsIn(db, collectionId, model);
    if (dimensions === undefined || embeddings.length === 0) return undefined;
    const { life } = this.#client;
    const ids = Float64Array.from(embeddings, ({ id }) => id);
    const { missing } = await this.#client.ask({
      ask: 'begin',
      name,
      dimensions,
      embeddings: ids,
      withTexts,
    });
    for (const id of missing) await this.#sendPass(db, { name, id, dimensions, withTexts });
    await this.#client.ask({ ask: 'commit', name, revision });
    this.#known.set(name, { life, revision, withTexts });
    return revision;
  }

  async #sendPass(
    db: Db,
    { name, id, dimensions, withTexts }: { name: string; id: number; dimensions: number; withTexts: boolean },
  ): Promise<void> {
    const add = { ask: 'add', name, embedding: id } as const;
    for await (const { ids, vectors, texts, isLast } of readVectors(db, id, withTexts)) {
      await this.#client.ask({
        ...add,
        ids: Float64Array.from(ids),
        vectors: flatten(vectors, dimensions),
        ...(texts === undefined ? {} : { texts }),
        isLast,
      });
    }
  }
}
