import { Mutex } from '../../base/mutex.ts';
import type { Storage } from '../../storage/index.ts';
import { passesIn } from '../embedded-store.ts';
import { readVectors } from '../chunk-store.ts';
import { revisionOf } from '../collection-store.ts';
import { IndexGone, type IndexClient } from './index-client.ts';
import type { AskOf, Replies } from './index-messages.ts';
import { knownDimensions } from '../embedding/recipe.ts';
import { flatten } from './vector-bytes.ts';

/** Of a search, when the process dies or the collection changes meanwhile. */
const ATTEMPTS_MAX = 4;

type Question = Omit<AskOf<'search'>, 'ask' | 'name' | 'revision'>;
type Answer = Extract<Replies['search'], { stale: false }>;

/** The vectors of a collection by one model. */
interface Wanted {
  collectionId: number;
  model: string;
  name: string;
  withTexts: boolean;
}

/** What the index process holds of them. */
interface Known {
  life: number;
  revision: number;
  withTexts: boolean;
}

/**
 * Keeps the index process in line with the database: before each search it reads the collection's revision and sends the
 * changes since. So a search finds every change that any process made before it.
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
    const name = `${collectionId} ${model}`;
    const wanted = { collectionId, model, name, withTexts: question.words !== undefined };
    for (let attempt = 1; ; attempt++) {
      try {
        const revision = await this.#current(wanted);
        if (revision === undefined) return undefined;
        const answer = await this.#client.ask({ ask: 'search', name, revision, ...question });
        if (!answer.stale) return answer;
        this.#known.delete(name);
      } catch (error) {
        if (!(error instanceof IndexGone) || attempt === ATTEMPTS_MAX) throw error;
      }
      if (attempt === ATTEMPTS_MAX) throw new IndexGone('does not keep what it is given');
    }
  }

  /** @returns the revision that is held: the database's or a later one. */
  async #current(wanted: Wanted): Promise<number | undefined> {
    const { name, withTexts } = wanted;
    const revision = await revisionOf(this.#storage.db, wanted.collectionId);
    if (revision === 0) return undefined;
    const held = (): number | undefined => {
      const known = this.#known.get(name);
      const isHeld = known?.life === this.#client.life && known.revision >= revision;
      return isHeld && (known.withTexts || !withTexts) ? known.revision : undefined;
    };
    const mutex = this.#sending.get(name) ?? new Mutex();
    this.#sending.set(name, mutex);
    // A search before this one may have sent it while this one waited.
    return held() ?? mutex.run(async () => held() ?? this.#send(wanted));
  }

  async #send({ collectionId, model, name, ...wanted }: Wanted): Promise<number | undefined> {
    const { db } = this.#storage;
    const withTexts = wanted.withTexts || (this.#known.get(name)?.withTexts ?? false);
    // Read first: a change that comes after it is sent too, and looked for again.
    const revision = await revisionOf(db, collectionId);
    const dimensions = await knownDimensions(db, model);
    const passes = await passesIn(db, collectionId, model).select(['e.id', 'e.chunk_count']).execute();
    if (dimensions === undefined || passes.length === 0) return undefined;
    const { life } = this.#client;
    const embeddings = Float64Array.from(passes, ({ id }) => id);
    const { missing } = await this.#client.ask({ ask: 'begin', name, dimensions, embeddings, withTexts });
    const counts = new Map(passes.map((pass) => [pass.id, pass.chunk_count]));
    for (const embedding of missing) {
      let left = counts.get(embedding) ?? 0;
      for await (const { ids, vectors, texts, isLast } of readVectors(db, embedding, withTexts)) {
        left -= ids.length;
        await this.#client.ask({
          ask: 'add',
          name,
          embedding,
          ids: Float64Array.from(ids),
          vectors: flatten(vectors, dimensions),
          ...(texts === undefined ? {} : { texts }),
          isLast,
        });
      }
      // Its document was replaced: a search would find neither its former passages nor its new ones.
      if (left > 0) throw new IndexGone('was sent a document that was replaced meanwhile');
    }
    await this.#client.ask({ ask: 'commit', name, revision });
    this.#known.set(name, { life, revision, withTexts });
    return revision;
  }
}
