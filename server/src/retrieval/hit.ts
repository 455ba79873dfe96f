import type { DocumentMetadata } from '../documents/index.ts';

/** A passage that was found. */
export interface Hit {
  /** The chunk's id, a UUID. */
  id: string;
  documentId: string;
  /** With the header that says which document it is of. */
  text: string;
  /** Cosine distance to the question, 0 to 2. */
  distance: number;
  /** How near it is, 0 to 1; of mode `rerank` what the second look gave it. */
  score: number;
  /** Of its document. */
  metadata: DocumentMetadata;
}

/** From a distance on at which a passage has nothing to do with the question, the score is 0. */
export const scoreOf = (distance: number): number => (distance >= 1 ? 0 : Math.min(1, 1 - distance));

/** A hit with the number of its chunk, which is nobody else's business. */
export type NumberedHit = Hit & { chunkId: number };
