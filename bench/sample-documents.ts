import { randomUUID } from 'node:crypto';
import { addMember, type Documents } from '../server/src/documents/index.ts';
import { addChunks, beginEmbedding, completeEmbedding } from '../server/src/retrieval/chunk-store.ts';
import { touchCollection } from '../server/src/retrieval/collection-store.ts';
import { noteDimensions, recipeId } from '../server/src/retrieval/embedding/recipe.ts';
import type { Storage } from '../server/src/storage/index.ts';
import type { SampleVectors } from './sample-vectors.ts';

const CHUNKS_PER_DOCUMENT = 1_000;

interface Wanted {
  collectionId: number;
  model: string;
  count: number;
  samples: SampleVectors;
}

/** Writes documents with generated vectors into the database. @returns the chunks' public ids, in order. */
export async function addSampleDocuments(
  { storage, documents }: { storage: Storage; documents: Documents },
  { collectionId, model, count, samples }: Wanted,
): Promise<string[]> {
  const order: string[] = [];
  for (let start = 0; start < count; start += CHUNKS_PER_DOCUMENT) {
    const size = Math.min(CHUNKS_PER_DOCUMENT, count - start);
    const id = randomUUID();
    await storage.transaction(async (tx) => {
      const name = `sample-${start}.json`;
      await documents.add(tx, {
        folder: 'custom-documents',
        name,
        text: '',
        createdBy: 'bench',
        metadata: metadataOf(id),
      });
      const recipe = await recipeId(tx, { model, chunks: { size: 1_000, overlap: 20 }, tokensMax: 500 });
      const pass = await beginEmbedding(tx, { documentId: id, recipeId: recipe, nowMs: Date.now() });
      const chunks = Array.from({ length: size }, (_, seq) => ({
        seq,
        text: `Chunk ${start + seq}. ${'Words about something. '.repeat(30)}`,
        vector: samples.next(),
      }));
      order.push(...(await addChunks(tx, pass, chunks)));
      await completeEmbedding(tx, pass, size);
      await noteDimensions(tx, recipe, samples.dimensions);
      await touchCollection(tx, collectionId);
      await addMember(tx, { collectionId, documentId: id, nowMs: Date.now() });
    });
  }
  return order;
}

/** A document with a text and no vectors. @returns its location. */
export async function addSampleText(
  { storage, documents }: { storage: Storage; documents: Documents },
  name: string,
  text: string,
): Promise<string> {
  const id = randomUUID();
  const added = await storage.transaction((tx) =>
    documents.add(tx, {
      folder: 'custom-documents',
      name: `${name}-${id}.json`,
      metadata: metadataOf(id),
      text,
      createdBy: 'bench',
    }),
  );
  return added?.location ?? '';
}

const metadataOf = (id: string) => ({
  id,
  url: 'file://sample.txt',
  title: 'sample.txt',
  docAuthor: 'bench',
  description: 'bench',
  docSource: 'bench',
  chunkSource: '',
  published: '1/1/2026, 12:00:00 AM',
  wordCount: 100,
  token_count_estimate: 100,
});
