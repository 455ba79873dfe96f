import type { Documents } from '../documents/index.ts';
import type { Retrieval } from '../retrieval/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Library, MemberDocument, Passage, PinnedText, Search, WholeText } from './library.ts';

export interface LibraryOptions {
  storage: Storage;
  documents: Documents;
  retrieval: Retrieval;
  /** Reads a file that came with a message. */
  parse(file: { name: string; bytes: Buffer }): Promise<WholeText | undefined>;
}

/** The documents of workspaces, as chats draw from them. */
export class WorkspaceLibrary implements Library {
  readonly #options: LibraryOptions;

  constructor(options: LibraryOptions) {
    this.#options = options;
  }

  async hasPassages(collectionId: number): Promise<boolean> {
    return (await this.#options.retrieval.count([collectionId])) > 0;
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
    return found.map(({ id, metadata: { title, description } }) => ({ id, title, description }));
  }

  text(documentId: string): Promise<string | undefined> {
    return this.#options.documents.text(this.#options.storage.db, documentId);
  }

  parse(file: { name: string; bytes: Buffer }): Promise<WholeText | undefined> {
    return this.#options.parse(file);
  }
}
