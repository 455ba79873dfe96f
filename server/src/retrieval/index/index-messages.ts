/**
 * What the server and the index process say to each other. The server holds the database; the process holds nothing that
 * cannot be read again, knows no word of SQL and no secret.
 */

/** Which vectors: those of a collection by one model. */
export interface HeldName {
  collectionId: number;
  model: string;
}

export type Ask =
  /** These passes make up the collection now. What else is held of it is dropped. */
  | { ask: 'begin'; name: string; dimensions: number; embeddings: Float64Array; withTexts: boolean }
  | {
      ask: 'add';
      name: string;
      /** The pass whose chunks these are. */
      embedding: number;
      ids: Float64Array;
      /** One after the other. */
      vectors: Float32Array;
      texts?: string[];
      /** The pass is whole with them. */
      isLast: boolean;
    }
  /** Everything of this revision was sent; from now on it can be searched. */
  | { ask: 'commit'; name: string; revision: number }
  | {
      ask: 'search';
      name: string;
      revision: number;
      query: Float32Array;
      limit: number;
      /** Looks for the words too. */
      words?: string;
      /** Passes that are not looked through. */
      except?: Float64Array;
    }
  | { ask: 'status' };

/** Chunks by their ids, the best first. */
export interface Found {
  ids: Float64Array;
  distances: Float32Array;
  /** How much of the question's words is in each, 0 to 1; empty where words were not looked for. */
  coverages: Float32Array;
}

export interface HeldStatus {
  name: string;
  size: number;
  bytes: number;
  /** How many vectors are in the graph already; 0 where there is none. */
  graphed: number;
}

export interface Replies {
  /** Passes that are to be sent, whole. */
  begin: { missing: Float64Array };
  add: null;
  commit: null;
  /** stale: not held, or not at this revision. */
  search: { stale: true } | { stale: false; near: Found; byWords: Found };
  status: { held: HeldStatus[]; rssBytes: number };
}

export type AskName = Ask['ask'];
export type AskOf<A extends AskName> = Extract<Ask, { ask: A }>;
export type Request = { id: number } & Ask;
export type Reply = { id: number; value: Replies[AskName] } | { id: number; error: string };

export const nameOf = ({ collectionId, model }: HeldName): string => `${collectionId} ${model}`;
