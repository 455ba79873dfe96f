import { randomUUID } from 'node:crypto';
import { countTokens } from '../models/index.ts';
import type { Hit } from '../retrieval/index.ts';
import type { ChatContext } from './chat.ts';
import type { Source } from './message.ts';

/** A whole document. */
export interface WholeText {
  metadata: object;
  text: string;
}

export interface PinnedText extends WholeText {
  documentId: string;
}

/** Pinned documents in the order they were added, until they fill the window. */
export async function pinnedTexts(
  { storage: { db }, documents, retrieval }: ChatContext,
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
  /** As in its metadata. */
  published: string;
}

export async function memberDocuments(
  { storage: { db }, documents, retrieval }: ChatContext,
  collectionId: number,
): Promise<MemberDocument[]> {
  const ids = (await retrieval.members(db, collectionId)).map(({ documentId }) => documentId);
  const found = await documents.byIds(db, ids);
  return found.map(({ id, metadata: { title, published } }) => ({ id, title, published }));
}

const UNKNOWN = 'Unknown';

/** The model whose encoding counts the tokens of a document, whatever model reads it. */
const COUNTING_MODEL = 'gpt-4';

/** Reads a file of a message. @returns a refusal with the reason if it cannot be read. */
export async function readFile(
  { intake, clock }: Pick<ChatContext, 'intake' | 'clock'>,
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
    token_count_estimate: await countTokens(text, COUNTING_MODEL),
  };
  return { metadata, text };
}

const EXCERPT_CHARACTERS = 1_000;

export const passageSource = ({ id, metadata, text, distance, score }: Hit): Source => {
  // The passage's own id replaces the id of the document.
  const { id: _documentId, ...rest } = metadata;
  return { id, ...rest, text, _distance: distance, score };
};

/** Of a document that is in the prompt as a whole. It has no score, since there was no search. */
export const wholeSource = ({ metadata, text }: WholeText): Source => ({
  text: `${text.slice(0, EXCERPT_CHARACTERS)}...continued on in source document...`,
  ...metadata,
});
