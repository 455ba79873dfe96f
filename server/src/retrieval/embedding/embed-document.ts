import { KeywardError } from '../../base/errors.ts';
import type { Document } from '../../documents/index.ts';
import { paid, type Models, type Send } from '../../models/index.ts';
import { booksOf, type Db } from '../../storage/index.ts';
import { chunksOf } from '../chunking/chunks.ts';
import { estimatingMeter, type TokenMeter } from '../chunking/tokens.ts';
import {
  addChunks,
  beginEmbedding,
  completeEmbedding,
  deleteEmbeddings,
  GoneMeanwhile,
  lockEmbeddings,
  readVectors,
  type NewChunk,
} from '../chunk-store.ts';
import { changeRecipe, embeddingOfModel, findEmbedding } from '../embedded-store.ts';
import { touchCollections } from '../collection-store.ts';
import { accountOf, type Payer, type RetrievalContext } from '../context.ts';
import { EMBEDDINGS_PATH } from './embedder.ts';
import { knownDimensions, noteDimensions, otherLength, recipeId, type Recipe } from './recipe.ts';

/** In one transaction: about 700 KB, so that no other write waits long. */
const STAGED_CHUNKS = 256;
/** Of a document that is replaced meanwhile. */
const ATTEMPTS_MAX = 3;
/** Only the last transaction of a pass has to survive a power cut. */
const STAGING = { durable: false };

interface Work {
  document: Document;
  /** That the document is to have; left out: it has it. */
  text?: string;
  recipe: Recipe;
  /** Left out: the server itself. */
  payer?: Payer | undefined;
  /** Runs in the transaction that makes the new vectors visible. */
  alongside?: (tx: Db) => Promise<void>;
}

/**
 * Cuts a document and embeds its chunks in a pass. No search sees the pass before its last transaction, which also removes
 * the document's former chunks; a process that dies leaves nothing that is found.
 * One whose text is replaced meanwhile is embedded again.
 * @throws KeywardError
 */
export async function embedDocument(context: RetrievalContext, work: Work): Promise<void> {
  const { storage, documents } = context;
  for (let attempt = 1, { document } = work; ; attempt++) {
    try {
      return await embedOnce(context, { ...work, document });
    } catch (error) {
      if (!(error instanceof GoneMeanwhile) || attempt === ATTEMPTS_MAX) throw error;
      const [present] = await documents.byIds(storage.db, [document.id]);
      if (present === undefined) throw error;
      document = work.text === undefined ? present : { ...present, metadata: document.metadata };
    }
  }
}

async function embedOnce(context: RetrievalContext, work: Work): Promise<void> {
  const { models } = context;
  const { document, recipe } = work;
  const account = accountOf(work.payer);
  // A refusal comes before any work.
  if (account.selector !== undefined) await models.resolve(recipe.model, account.selector);
  const text = await textFor(context, work);
  const { meter, isLocal } = await meterOf(models, recipe);
  const chunks = await chunksOf(text, { rule: recipe.chunks, metadata: { ...document.metadata }, meter });
  // The local model reads texts of some scripts otherwise than in former versions, and costs nothing.
  if (!isLocal && work.text === undefined && (await adoptFormer(context, work, chunks))) return;
  const bytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
  await paid(models, account, { path: EMBEDDINGS_PATH, model: recipe.model, bytes }, (send) =>
    embedChunks(context, work, { chunks, send }),
  );
}

async function textFor({ documents, storage }: RetrievalContext, work: Work): Promise<string> {
  if (work.text !== undefined) return work.text;
  const content = await documents.content(storage.db, work.document.id);
  if (content?.revision !== work.document.revision) throw new GoneMeanwhile();
  return content.text;
}

async function meterOf(
  models: Models,
  { model, tokensMax }: Recipe,
): Promise<{ meter: TokenMeter; isLocal: boolean }> {
  const count = await models.localTokens(model);
  const meter = count === undefined ? estimatingMeter(tokensMax) : { count };
  return { meter, isLocal: count !== undefined };
}

async function embedChunks(
  context: RetrievalContext,
  work: Work,
  { chunks, send }: { chunks: readonly string[]; send: Send },
): Promise<void> {
  const { storage, clock } = context;
  const { document, recipe } = work;
  const pass = await storage.transaction(async (tx) => {
    // It may have been removed while it was cut.
    if ((await context.documents.lock(tx, document.id)) === undefined) throw new GoneMeanwhile();
    const id = await recipeId(tx, recipe);
    const pass = { documentId: document.id, recipeId: id, nowMs: clock.nowMs() };
    return { id: await beginEmbedding(tx, pass), recipeId: id };
  }, STAGING);
  try {
    const rest = await stage(context, recipe, { id: pass.id, chunks, send });
    if (rest.dimensions !== undefined) await context.pgvector.prepare(rest.dimensions);
    await storage.transaction((tx) => complete(context, tx, { ...work, ...pass, ...rest }));
  } catch (error) {
    // Another process may have been faster and removed this pass: its vectors are equal, unless the text is another one.
    if (work.text !== undefined || !(await adopt(context, work, pass.recipeId))) {
      // Also when the request was ended.
      await booksOf(storage)
        .transaction((tx) => deleteEmbeddings(tx, [pass.id]))
        .catch(() => undefined);
      throw error;
    }
  }
}

interface Staged {
  /** For the last transaction. */
  remaining: NewChunk[];
  chunkCount: number;
  dimensions: number | undefined;
}

async function stage(
  { embedder, storage, pgvector }: RetrievalContext,
  { model }: Recipe,
  { id, chunks, send }: { id: number; chunks: readonly string[]; send: Send },
): Promise<Staged> {
  let dimensions = await knownDimensions(storage.db, model);
  let remaining: NewChunk[] = [];
  let seq = 0;
  if (chunks.length === 0) return { remaining, chunkCount: 0, dimensions };
  for await (const vectors of embedder.embedMany(chunks, { model, send })) {
    for (const vector of vectors) {
      dimensions ??= vector.length;
      if (vector.length !== dimensions) throw otherLength(model, vector.length, dimensions);
      remaining.push({ seq, text: chunks[seq] ?? '', vector });
      seq++;
    }
    if (remaining.length < STAGED_CHUNKS || seq === chunks.length) continue;
    const full = remaining;
    const piece = { embeddingId: id, dimensions: dimensions ?? 0, from: seq - full.length };
    remaining = [];
    await pgvector.prepare(piece.dimensions);
    await storage.transaction(async (tx) => {
      await addChunks(tx, id, full);
      await pgvector.add(tx, piece);
    }, STAGING);
  }
  return { remaining, chunkCount: seq, dimensions };
}

async function complete(
  context: RetrievalContext,
  tx: Db,
  { document, text, alongside, ...pass }: Work & Staged & { id: number; recipeId: number },
): Promise<void> {
  const revision = await context.documents.lock(tx, document.id);
  // Vectors of a former text must not become those of the new one.
  if (revision === undefined || (text === undefined && revision !== document.revision))
    throw new GoneMeanwhile();
  await addChunks(tx, pass.id, pass.remaining);
  const passes = new Set(await lockEmbeddings(tx, document.id));
  if (!passes.delete(pass.id)) throw new GoneMeanwhile();
  await deleteEmbeddings(tx, [...passes]);
  await completeEmbedding(tx, pass.id, pass.chunkCount);
  if (pass.dimensions !== undefined) {
    const from = pass.chunkCount - pass.remaining.length;
    await context.pgvector.add(tx, { embeddingId: pass.id, dimensions: pass.dimensions, from, isLast: true });
    await noteDimensions(tx, pass.recipeId, pass.dimensions);
  }
  const members = await context.documents.memberships(tx, [document.id]);
  await touchCollections(
    tx,
    members.map(({ collectionId }) => collectionId),
  );
  await alongside?.(tx);
}

/** @returns whether the document has vectors of this recipe already; then they are used. */
async function adopt({ storage }: RetrievalContext, work: Work, recipe: number): Promise<boolean> {
  return storage.transaction(async (tx) => {
    const present = await findEmbedding(tx, work.document.id);
    if (present === undefined || present.recipeId !== recipe) return false;
    await work.alongside?.(tx);
    return true;
  });
}

/**
 * After an update of Keyward, or a change of settings, that leaves a document's chunks as they were: their vectors stay, and nobody pays
 * for them again.
 */
async function adoptFormer(
  { storage }: RetrievalContext,
  { document, recipe, alongside }: Work,
  chunks: readonly string[],
): Promise<boolean> {
  const former = await embeddingOfModel(storage.db, document.id, recipe.model);
  if (former === undefined || !(await hasTexts(storage.db, former, chunks))) return false;
  return storage.transaction(async (tx) => {
    const id = await recipeId(tx, recipe);
    if (!(await changeRecipe(tx, former, id))) return false;
    const dimensions = await knownDimensions(tx, recipe.model);
    if (dimensions !== undefined) await noteDimensions(tx, id, dimensions);
    await alongside?.(tx);
    return true;
  });
}

/** Whether these are the texts of a pass. */
async function hasTexts(db: Db, embeddingId: number, chunks: readonly string[]): Promise<boolean> {
  let seq = 0;
  for await (const { texts = [] } of readVectors(db, embeddingId, true))
    for (const text of texts) if (text !== chunks[seq++]) return false;
  return seq === chunks.length;
}

/** An error of embedding in words that are safe for the caller. */
export function reportable(error: unknown): string {
  if (!(error instanceof KeywardError)) return 'The document could not be embedded.';
  const { hint } = error.extras;
  return hint === undefined ? error.message : `${error.message} ${hint}`;
}
