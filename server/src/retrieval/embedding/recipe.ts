import { KeywardError } from '../../base/errors.ts';
import type { Settings } from '../../settings/index.ts';
import { nextId, type Db } from '../../storage/index.ts';
import type { ChunkRule } from '../chunking/chunks.ts';
import { tables } from '../rows.ts';
import { tokenLimit } from './token-limit.ts';

/** Names of the settings that decide how documents are embedded. */
export const EMBEDDING_SETTINGS = {
  model: 'EmbeddingModelPref',
  chunkSize: 'text_splitter_chunk_size',
  chunkOverlap: 'text_splitter_chunk_overlap',
  /** The embedding model's limit of characters. */
  chunkLimit: 'EmbeddingModelMaxChunkLength',
} as const;

/** Name of the setting for the model of `POST /rerank`; without one, mode `rerank` uses words and vectors. */
export const RERANK_SETTING = 'RerankModelPref';

export const DEFAULT_EMBEDDING_MODEL = 'all-minilm-l6-v2';

/** Names of the local model in other programs. */
const OTHER_NAMES = new Set(['xenova/all-minilm-l6-v2', 'sentence-transformers/all-minilm-l6-v2']);

const CHUNK_SIZE = 1_000;
/** As long as the header. */
const CHUNK_SIZE_MIN = 50;
const CHUNK_SIZE_MAX = 20_000;
const CHUNK_OVERLAP = 20;

/** How texts become vectors: the model's public name and how texts are cut. */
export interface Recipe {
  model: string;
  chunks: ChunkRule;
  /** Of a chunk, its header among them. 0 in rows of older versions, which did not count them. */
  tokensMax: number;
}

/** The recipe in force, read from the database: another process may have changed it. */
export async function currentRecipe(settings: Settings, db?: Db): Promise<Recipe> {
  const found = await settings.many(Object.values(EMBEDDING_SETTINGS), db);
  const model = found.get(EMBEDDING_SETTINGS.model)?.trim() ?? '';
  const limit = whole(found.get(EMBEDDING_SETTINGS.chunkLimit));
  const size = Math.min(whole(found.get(EMBEDDING_SETTINGS.chunkSize)) ?? CHUNK_SIZE, limit ?? CHUNK_SIZE);
  const chunkSize = Math.min(CHUNK_SIZE_MAX, Math.max(CHUNK_SIZE_MIN, size));
  const overlap = whole(found.get(EMBEDDING_SETTINGS.chunkOverlap)) ?? CHUNK_OVERLAP;
  const name = model === '' || OTHER_NAMES.has(model.toLowerCase()) ? DEFAULT_EMBEDDING_MODEL : model;
  return {
    model: name,
    tokensMax: tokenLimit(name, limit),
    chunks: { size: chunkSize, overlap: Math.min(overlap, Math.floor(chunkSize / 2)) },
  };
}

/** An invalid setting counts as not set: it must not prevent embedding. */
function whole(text: string | undefined): number | undefined {
  const value = Number(text?.trim() || Number.NaN);
  return Number.isInteger(value) && value >= 0 ? value : undefined;
}

/** Its id; 0 where nothing was embedded with it yet. */
export async function findRecipe(db: Db, { model, chunks, tokensMax }: Recipe): Promise<number> {
  const row = await tables(db)
    .selectFrom('embedding_recipes')
    .select('id')
    .where('model', '=', model)
    .where('chunk_size', '=', chunks.size)
    .where('chunk_overlap', '=', chunks.overlap)
    .where('max_tokens', '=', tokensMax)
    .executeTakeFirst();
  return row?.id ?? 0;
}

/** Its id, which is made when it is missing. */
export async function recipeId(tx: Db, recipe: Recipe): Promise<number> {
  const present = await findRecipe(tx, recipe);
  if (present !== 0) return present;
  const { model, chunks, tokensMax } = recipe;
  const rule = { chunk_size: chunks.size, chunk_overlap: chunks.overlap, max_tokens: tokensMax };
  await tables(tx)
    .insertInto('embedding_recipes')
    .values({ id: await nextId(tx, 'embedding_recipes'), model, ...rule, dimensions: null })
    .onConflict((conflict) =>
      conflict.columns(['model', 'chunk_size', 'chunk_overlap', 'max_tokens']).doNothing(),
    )
    .execute();
  return findRecipe(tx, recipe);
}

/** The length of a model's vectors; undefined until something was embedded with it. */
export async function knownDimensions(db: Db, model: string): Promise<number | undefined> {
  const row = await tables(db)
    .selectFrom('embedding_recipes')
    .select('dimensions')
    .where('model', '=', model)
    .where('dimensions', 'is not', null)
    .executeTakeFirst();
  return row?.dimensions ?? undefined;
}

export async function noteDimensions(tx: Db, id: number, dimensions: number): Promise<void> {
  await tables(tx)
    .updateTable('embedding_recipes')
    .set({ dimensions })
    .where('id', '=', id)
    .where('dimensions', 'is', null)
    .execute();
}

/** The name stands for another model now: its vectors must not be compared with the former ones. */
export const otherLength = (model: string, now: number, before: number): KeywardError =>
  new KeywardError(
    'conflict',
    `The model ${model} gives vectors of ${now} numbers, but gave ${before} before.`,
    { hint: 'Serve it under another name, so that all documents are embedded again.' },
  );
