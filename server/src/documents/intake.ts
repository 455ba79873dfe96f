import { randomUUID } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { Caller } from '../access/index.ts';
import type { Clock } from '../base/clock.ts';
import type { Storage } from '../storage/index.ts';
import { describe } from './describing.ts';
import type { Described } from './describing.ts';
import type { Document } from './document.ts';
import type { Documents } from './documents.ts';
import type { PrivateAddresses } from './fetching/addresses.ts';
import { PageFetcher } from './fetching/page-fetcher.ts';
import type { FetchLimits } from './fetching/page-fetcher.ts';
import { fileDocumentName, linkDocumentName, noteDocumentName, noteSlug, slugOf } from './names.ts';
import type { ParseLimits } from './parsing/limits.ts';
import { Parser } from './parsing/parser.ts';
import type { Parsed, ParseOutcome } from './parsing/parser.ts';
import { TemporaryFiles } from './temporary-files.ts';

/** A document as it was just brought, with its text. */
export interface Brought {
  document: Document;
  text: string;
}

/** A refusal is whole sentences for whoever brought it. */
export type Outcome = Brought | { refusal: string };

/** What whoever brings a file or a page may say of it; the rest is found out. */
export interface Given {
  title?: string;
  docAuthor?: string;
  description?: string;
  docSource?: string;
}

export interface NewNote extends Given {
  title: string;
  text: string;
  url?: string;
  chunkSource?: string;
  publishedMs?: number;
}

/** Who brings something, and where it goes. */
export interface Bringing {
  /** Its owner is the owner of the document. */
  caller: Caller;
  folder: string;
  given?: Given;
  /** Whoever brings it has gone. */
  signal?: AbortSignal;
}

/** Puts documents into workspaces; brought by `workspaces` and `retrieval`. */
export type EmbedInto = (
  caller: Caller,
  slugs: readonly string[],
  location: string,
) => Promise<{ slug: string; error: string }[]>;

export interface IntakeOptions {
  storage: Storage;
  clock: Clock;
  documents: Documents;
  /** Where files are kept while they are read; made when it is not there. */
  uploadsDir: string;
  /** From where pages are fetched beside the public internet. */
  fetchPrivate: PrivateAddresses;
  fetchLimits?: Partial<FetchLimits>;
  parseLimits?: Partial<ParseLimits>;
}

/** Ways in for documents: a file, a page of the web, a note. What is not read to its end leaves nothing behind. */
export class Intake {
  readonly #parts: Pick<IntakeOptions, 'storage' | 'clock' | 'documents'>;
  readonly #files: TemporaryFiles;
  readonly #parser: Parser;
  readonly #pages: PageFetcher;
  #embedInto: EmbedInto = async (_caller, slugs) =>
    slugs.map((slug) => ({ slug, error: 'This server embeds nothing.' }));

  constructor({ uploadsDir, fetchPrivate, fetchLimits = {}, parseLimits = {}, ...parts }: IntakeOptions) {
    this.#parts = parts;
    this.#files = new TemporaryFiles(uploadsDir);
    this.#parser = new Parser({ limits: parseLimits });
    this.#pages = new PageFetcher({ files: this.#files, allowed: fetchPrivate, limits: fetchLimits });
  }

  start(): void {
    this.#files.start();
  }

  /** What is being read or fetched ends. Twice is fine. */
  async stop(): Promise<void> {
    this.#parser.stop();
    await this.#pages.stop();
  }

  /** For a file that is on its way; whoever asks for it closes it. */
  temporaryFile(): Promise<FileHandle> {
    return this.#files.create();
  }

  /** The processes that read files now. */
  get readers(): number[] {
    return this.#parser.running;
  }

  /** How documents get into workspaces; without it every wish for it fails. */
  embedBy(embedInto: EmbedInto): void {
    this.#embedInto = embedInto;
  }

  /** What is in a file that is not kept, such as one that is attached to a chat. */
  async read({ name, bytes }: { name: string; bytes: Buffer }, signal?: AbortSignal): Promise<ParseOutcome> {
    const file = await this.#files.create();
    try {
      await file.writeFile(bytes);
      return await this.#parser.parse({ fd: file.fd, name }, signal);
    } finally {
      await file.close();
    }
  }

  /** @returns why it is not in one of these workspaces; a workspace that the caller does not see says nothing. */
  async embed(caller: Caller, slugs: readonly string[], { document }: Brought): Promise<string | null> {
    if (slugs.length === 0) return null;
    const failures = await this.#embedInto(caller, slugs, document.location);
    if (failures.length === 0) return null;
    const reasons = failures.map(({ slug, error }) => `${slug}: ${error}`).join(' ');
    return `${document.metadata.title} was stored but not embedded into ${reasons}`;
  }

  async bringFile(file: { fd: number; name: string }, bringing: Bringing): Promise<Outcome> {
    const parsed = await this.#parser.parse(file, bringing.signal);
    if ('refusal' in parsed) return parsed;
    const described = this.#describedFile(file.name, parsed, bringing.given);
    return this.#keep(bringing, fileDocumentName(file.name, described.id), described);
  }

  #describedFile(name: string, { text, called, properties }: Parsed, given: Given = {}): Described {
    return {
      id: randomUUID(),
      url: `file://${name}`,
      title: given.title ?? name,
      docAuthor: given.docAuthor ?? properties.author ?? UNKNOWN,
      description: given.description ?? UNKNOWN,
      docSource: given.docSource ?? `${called} uploaded by the user.`,
      chunkSource: '',
      publishedMs: this.#parts.clock.nowMs(),
      text,
    };
  }

  /** @param headers are sent to the link's own server, not to where it leads. */
  async bringLink(link: string, headers: Record<string, string>, bringing: Bringing): Promise<Outcome> {
    const page = await this.#pages.fetch(link, { headers, ...signalOf(bringing) });
    if ('refusal' in page) return page;
    try {
      const parsed = await this.#parser.parse({ fd: page.file.fd, name: page.fileName }, bringing.signal);
      if ('refusal' in parsed) return parsed;
      const id = randomUUID();
      const { given = {} } = bringing;
      const called = `${slugOf(page.called)}.html`;
      return await this.#keep(bringing, linkDocumentName(page.called, id), {
        id,
        url: `file://${called}`,
        title: given.title ?? parsed.properties.title ?? called,
        docAuthor: given.docAuthor ?? parsed.properties.author ?? 'no author found',
        description: given.description ?? 'No description found.',
        docSource: given.docSource ?? 'URL link uploaded by the user.',
        chunkSource: `link://${link}`,
        publishedMs: this.#parts.clock.nowMs(),
        text: parsed.text,
      });
    } finally {
      await page.file.close();
    }
  }

  async bringNote(note: NewNote, bringing: Bringing): Promise<Brought> {
    const id = randomUUID();
    const fileName = `${noteSlug(note.title)}.txt`;
    return this.#keep(bringing, noteDocumentName(note.title, id), {
      id,
      url: isWebAddress(note.url) ? `web://${note.url.toLowerCase()}.website` : `file://${fileName}`,
      title: fileName,
      docAuthor: note.docAuthor ?? 'no author specified',
      description: note.description ?? 'no description found',
      docSource: note.docSource ?? 'no source set',
      chunkSource: note.chunkSource ?? fileName,
      publishedMs: note.publishedMs ?? this.#parts.clock.nowMs(),
      text: note.text,
    });
  }

  async #keep({ folder, caller }: Bringing, name: string, described: Described): Promise<Brought> {
    const { storage, documents } = this.#parts;
    const { text } = described;
    const metadata = await describe(described);
    const document = await storage.transaction(async (tx) => {
      const added = await documents.add(tx, { folder, name, metadata, text, createdBy: caller.ownerId });
      const details = { bytes: Buffer.byteLength(text) };
      if (added !== undefined)
        await documents.record(tx, caller, { action: 'documents.add', target: added.location, details });
      return added;
    });
    if (document === undefined) throw new Error(`A new id was used before: ${metadata.id}`);
    return { document, text };
  }
}

const UNKNOWN = 'Unknown';

const signalOf = ({ signal }: Bringing): { signal?: AbortSignal } => (signal === undefined ? {} : { signal });

const isWebAddress = (url: string | undefined): url is string =>
  url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url);
