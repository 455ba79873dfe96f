import type { Payer } from '../retrieval/index.ts';
import type { Source } from './message.ts';

/** A document as a whole: what is known of it, and its text. */
export interface WholeText {
  metadata: object;
  text: string;
}

export interface PinnedText extends WholeText {
  documentId: string;
  tokenCount: number;
}

/** One passage that was found. */
export interface Passage {
  /** Of the passage. */
  id: string;
  documentId: string;
  text: string;
  /** 0 to 1. */
  score: number;
  distance: number;
  /** Of its document. */
  metadata: object;
}

export interface Search {
  collectionId: number;
  query: string;
  topN: number;
  threshold: number;
  mode: 'default' | 'hybrid' | 'rerank';
  /** Documents that are in the prompt already, whole. Asked for while the question is being embedded. */
  except?: () => Promise<readonly string[]>;
  /** Pays for having the query embedded. */
  payer: Payer;
  signal?: AbortSignal;
}

export interface AttachedFile {
  name: string;
  bytes: Buffer;
}

export interface MemberDocument {
  id: string;
  title: string;
  /** As its metadata has it. */
  published: string;
}

/** What a chat draws from: the documents of a workspace. Made of `documents` and `retrieval` by `app.ts`. */
export interface Library {
  /** Whether there is anything to search. */
  hasPassages(collectionId: number): Promise<boolean>;
  search(search: Search): Promise<Passage[]>;
  /** In the order they were added; texts are read one by one. */
  pinned(collectionId: number): AsyncIterable<PinnedText>;
  members(collectionId: number): Promise<MemberDocument[]>;
  text(documentId: string): Promise<string | undefined>;
  /** What is in a file that came with a message; a refusal says why it cannot be read. */
  read(file: AttachedFile, signal: AbortSignal): Promise<WholeText | { refusal: string }>;
}

const EXCERPT_CHARACTERS = 1_000;

export const passageSource = ({ id, metadata, text, distance, score }: Passage): Source => {
  // The passage's own id, in the place where the document's stands in its metadata.
  const { id: _documentId, ...rest } = metadata as Source;
  return { id, ...rest, text, _distance: distance, score };
};

/** Of a document that is in the prompt as a whole. It has no score: nothing was searched. */
export const wholeSource = ({ metadata, text }: WholeText): Source => ({
  text: `${text.slice(0, EXCERPT_CHARACTERS)}...continued on in source document...`,
  ...metadata,
});
