/**
 * The messages between the server and the index process. The process has no access to the database and no secret, and holds
 * nothing that cannot be read again. `name`: the vectors of a collection by one model.
 */

export type Ask =
  /** These passes are the collection now. Other passes of it are dropped. */
  | { ask: 'begin'; name: string; dimensions: number; embeddings: Float64Array; withTexts: boolean }
  | {
      ask: 'add';
      name: string;
      /** The pass of these chunks. */
      embedding: number;
      ids: Float64Array;
      /** One after the other. */
      vectors: Float32Array;
      texts?: string[];
      /** The pass is complete with them. */
      isLast: boolean;
    }
  /** Everything of this revision was sent: it can be searched. */
  | { ask: 'commit'; name: string; revision: number }
  | {
      ask: 'search';
      name: string;
      revision: number;
      query: Float32Array;
      limit: number;
      /** Of the question, to search by words too. */
      words?: string;
      /** Passes to leave out. */
      except?: Float64Array;
    }
  | { ask: 'status' };

/** Chunks by their ids, the best first. */
export interface Found {
  ids: Float64Array;
  distances: Float32Array;
  /** The share of the question's words in each, 0 to 1; empty without words. */
  coverages: Float32Array;
  /** Whether each has a rare word of the question; empty without words. */
  rare: boolean[];
}

export interface HeldStatus {
  name: string;
  size: number;
  bytes: number;
  /** Vectors in the graph; 0 without a graph. */
  graphed: number;
}

export interface Replies {
  /** Passes to send. */
  begin: { missing: Float64Array };
  add: null;
  commit: null;
  /** stale: not held at this revision. */
  search: { stale: true } | { stale: false; near: Found; byWords: Found };
  status: { held: HeldStatus[]; rssBytes: number };
}

export type AskName = Ask['ask'];
export type AskOf<A extends AskName> = Extract<Ask, { ask: A }>;
export type Request = { id: number } & Ask;
export type Reply = { id: number; value: Replies[AskName] } | { id: number; error: string };
