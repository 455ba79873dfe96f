import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Documents, Intake } from '../documents/index.ts';
import type { Retrieval } from '../retrieval/index.ts';
import type { Storage } from '../storage/index.ts';
import type {
  AttachedFile,
  Library,
  MemberDocument,
  Passage,
  PinnedText,
  Search,
  WholeText,
} from './library.ts';
import { countTokens } from './tokens.ts';

export interface LibraryOptions {
  storage: Storage;
  clock: Clock;
  documents: Documents;
  intake: Intake;
  retrieval: Retrieval;
}

/** The documents of workspaces, as chats draw from them. */
export class WorkspaceLibrary implements Library {
  readonly #options: LibraryOptions;

  constructor(options: LibraryOptions) {
    this.#options = options;
  }

  hasPassages(collectionId: number): Promise<boolean> {
    return this.#options.retrieval.hasVectors(collectionId);
  }

  search(search: Search): Promise<Passage[]> {
    return this.#options.retrieval.search(search);
  }

  async *pinned(collectionId: number): AsyncGenerator<PinnedText> {
    const { storage, documents, retrieval } = this.#options;
    const members = await retrieval.pinned(storage.db, collectionId);
    if (members.length === 0) return;
    const ids = members.map(({ documentId }) => documentId);
    const found = new Map(
      (await documents.byIds(storage.db, ids)).map((document) => [document.id, document]),
    );
    for (const id of ids) {
      const document = found.get(id);
      const text = document === undefined ? undefined : await documents.text(storage.db, id);
      if (document === undefined || text === undefined) continue;
      yield { documentId: id, tokenCount: document.tokenCount, metadata: document.metadata, text };
    }
  }

  async members(collectionId: number): Promise<MemberDocument[]> {
    const { storage, documents, retrieval } = this.#options;
    const members = await retrieval.members(storage.db, collectionId);
    const found = await documents.byIds(
      storage.db,
      members.map(({ documentId }) => documentId),
    );
    return found.map(({ id, metadata: { title, published } }) => ({ id, title, published }));
  }

  text(documentId: string): Promise<string | undefined> {
    return this.#options.documents.text(this.#options.storage.db, documentId);
  }

  async read(file: AttachedFile, signal: AbortSignal): Promise<WholeText | { refusal: string }> {
    const { intake, clock } = this.#options;
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
}

const UNKNOWN = 'Unknown';
