import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Documents, Intake } from '../documents/index.ts';
import type { Hit, Retrieval } from '../retrieval/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Source } from './message.ts';
import { countTokens } from './tokens.ts';

/** What a chat draws from: the documents of a workspace. */
export interface Library {
  storage: Storage;
  clock: Clock;
  documents: Documents;
  intake: Intake;
  retrieval: Retrieval;
}

/** A document as a whole: what is known of it, and its text. */
export interface WholeText {
  metadata: object;
  text: string;
}

export interface PinnedText extends WholeText {
  documentId: string;
}

/** Pinned documents in the order they were added, until they fill the window; texts are read one by one. */
export async function pinnedTexts(
  { storage: { db }, documents, retrieval }: Library,
  collectionId: number,
  windowTokens: number,
): Promise<PinnedText[]> {
  const ids = (await retrieval.pinned(db, collectionId)).map(({ documentId }) => documentId);
  if (ids.length === 0) return [];
  const found = new Map((await documents.byIds(db, ids)).map((document) => [document.id, document]));
  const taken: PinnedText[] = [];
  let tokens = 0;
  for (const documentId of ids) {
    const document = found.get(documentId);
    const text = document === undefined ? undefined : await documents.text(db, documentId);
    if (document === undefined || text === undefined) continue;
    taken.push({ documentId, metadata: document.metadata, text });
    tokens += document.tokenCount;
    if (tokens >= windowTokens) break;
  }
  return taken;
}

export interface MemberDocument {
  id: string;
  title: string;
  /** As its metadata has it. */
  published: string;
}

export async function memberDocuments(
  { storage: { db }, documents, retrieval }: Pick<Library, 'storage' | 'documents' | 'retrieval'>,
  collectionId: number,
): Promise<MemberDocument[]> {
  const ids = (await retrieval.members(db, collectionId)).map(({ documentId }) => documentId);
  const found = await documents.byIds(db, ids);
  return found.map(({ id, metadata: { title, published } }) => ({ id, title, published }));
}

const UNKNOWN = 'Unknown';

/** What is in a file that came with a message; a refusal says why it cannot be read. */
export async function readFile(
  { intake, clock }: Pick<Library, 'intake' | 'clock'>,
  file: { name: string; bytes: Buffer },
  signal: AbortSignal,
): Promise<WholeText | { refusal: string }> {
  const read = await intake.read(file, signal);
  if ('refusal' in read) return read;
  const { text, properties, called } = read;
  const metadata = {
    id: randomUUID(),
    url: `file://${file.name}`,
    title: file.name,
    docAuthor: properties.author ?? UNKNOWN,
    description: UNKNOWN,
    docSource: `${called} uploaded by the user.`,
    chunkSource: '',
    published: new Date(clock.nowMs()).toLocaleString('en-US', { timeZone: 'UTC' }),
    wordCount: text.split(' ').length,
    token_count_estimate: await countTokens(text),
  };
  return { metadata, text };
}

const EXCERPT_CHARACTERS = 1_000;

export const passageSource = ({ id, metadata, text, distance, score }: Hit): Source => {
  // The passage's own id, in the place where the document's stands in its metadata.
  const { id: _documentId, ...rest } = metadata;
  return { id, ...rest, text, _distance: distance, score };
};

/** Of a document that is in the prompt as a whole. It has no score: nothing was searched. */
export const wholeSource = ({ metadata, text }: WholeText): Source => ({
  text: `${text.slice(0, EXCERPT_CHARACTERS)}...continued on in source document...`,
  ...metadata,
});
