import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Caller } from '../access/index.ts';
import type { Entry } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { PrivateAddresses } from '../base/outbound/addresses.ts';
import type { Storage } from '../storage/index.ts';
import { describe, type Described } from './describing.ts';
import type { Document, DocumentMetadata } from './document.ts';
import type { Documents } from './documents.ts';
import { PageFetcher, type FetchLimits } from './fetching/page-fetcher.ts';
import { fileDocumentName, linkDocumentName, named, noteDocumentName, noteSlug, slugOf } from './names.ts';
import type { ParseLimits } from './parsing/limits.ts';
import { Parser, type ParsedPart } from './parsing/parser.ts';
import { TemporaryFiles } from './temporary-files.ts';

/** A document as it was just brought, with its text. */
export interface Brought {
  document: Document;
  text: string;
}

/** A file may hold several documents, as a mailbox does. A refusal is whole sentences for whoever brought it. */
export type Outcome = { brought: Brought[] } | { refusal: string };

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

  /** What is in a file that is not kept, such as one that is attached to a chat. */
  async read(
    { name, bytes }: { name: string; bytes: Buffer },
    signal?: AbortSignal,
  ): Promise<(ParsedPart & { called: string }) | { refusal: string }> {
    const file = await this.#files.create();
    try {
      await file.writeFile(bytes);
      const parsed = await this.#parser.parse({ fd: file.fd, name }, signal);
      if ('refusal' in parsed) return parsed;
      const { called, parts } = parsed;
      const text = parts.map((part) => part.text).join('\n\n');
      return { text, called, properties: parts.length === 1 ? (parts[0]?.properties ?? {}) : {} };
    } finally {
      await file.close();
    }
  }

  async bringFile(file: { fd: number; name: string }, bringing: Bringing): Promise<Outcome> {
    const parsed = await this.#parser.parse(file, bringing.signal);
    if ('refusal' in parsed) return parsed;
    const { name } = file;
    const { given = {} } = bringing;
    const all = parsed.parts.map(({ text, properties }): Named => {
      const id = randomUUID();
      return {
        id,
        name: fileDocumentName(name, id),
        url: `file://${name}`,
        title: given.title ?? properties.part ?? name,
        docAuthor: given.docAuthor ?? properties.author ?? UNKNOWN,
        description: given.description ?? UNKNOWN,
        docSource: given.docSource ?? `${parsed.called} uploaded by the user.`,
        chunkSource: '',
        publishedMs: this.#parts.clock.nowMs(),
        text,
      };
    });
    return { brought: await this.#keep(bringing, all) };
  }

  /** @param headers are sent to the link's own server, not to where it leads. */
  async bringLink(link: string, headers: Record<string, string>, bringing: Bringing): Promise<Outcome> {
    const page = await this.#pages.fetch(link, { headers, ...signalOf(bringing) });
    if ('refusal' in page) return page;
    try {
      const { file, fileName: name, charset } = page;
      const parsed = await this.#parser.parse({ fd: file.fd, name, charset }, bringing.signal);
      if ('refusal' in parsed) return parsed;
      const { given = {} } = bringing;
      const called = `${slugOf(page.called)}.html`;
      const all = parsed.parts.map(({ text, properties }): Named => {
        const id = randomUUID();
        return {
          id,
          name: linkDocumentName(page.called, id),
          url: `file://${called}`,
          title: given.title ?? properties.part ?? properties.title ?? called,
          docAuthor: given.docAuthor ?? properties.author ?? 'no author found',
          description: given.description ?? 'No description found.',
          docSource: given.docSource ?? 'URL link uploaded by the user.',
          chunkSource: `link://${link}`,
          publishedMs: this.#parts.clock.nowMs(),
          text,
        };
      });
      return { brought: await this.#keep(bringing, all) };
    } finally {
      await page.file.close();
    }
  }

  async bringNote(note: NewNote, bringing: Bringing): Promise<{ brought: Brought[] }> {
    const id = randomUUID();
    const fileName = `${noteSlug(note.title)}.txt`;
    const named: Named = {
      id,
      name: noteDocumentName(note.title, id),
      url: isWebAddress(note.url) ? `web://${note.url.toLowerCase()}.website` : `file://${fileName}`,
      title: fileName,
      docAuthor: note.docAuthor ?? 'no author specified',
      description: note.description ?? 'no description found',
      docSource: note.docSource ?? 'no source set',
      chunkSource: note.chunkSource ?? fileName,
      publishedMs: note.publishedMs ?? this.#parts.clock.nowMs(),
      text: note.text.toWellFormed(),
    };
    return { brought: await this.#keep(bringing, [named]) };
  }

  /** All of them or none; of the thousands of a mailbox one after the other, so that others have their turn. */
  async #keep({ folder, caller }: Bringing, all: readonly Named[]): Promise<Brought[]> {
    const { storage, documents } = this.#parts;
    const known: (Pick<Named, 'name' | 'text'> & { metadata: DocumentMetadata })[] = [];
    for (const [at, { name, ...described }] of all.entries()) {
      if (at > 0) await nextTurn();
      known.push({ name, text: described.text, metadata: await describe(described) });
    }
    return storage.transaction(async (tx) => {
      const brought: Brought[] = [];
      for (const [at, { name, text, metadata }] of known.entries()) {
        if (at > 0) await nextTurn();
        const document = await documents.add(tx, { folder, name, metadata, text, createdBy: caller.keyId });
        if (document === undefined) throw new Error(`A new id was used before: ${metadata.id}`);
        brought.push({ document, text });
      }
      await documents.record(tx, caller, added(brought));
      return brought;
    });
  }
}

interface Named extends Described {
  /** Within its folder. */
  name: string;
}

function added(brought: readonly Brought[]): Entry {
  const bytes = brought.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const locations = brought.map(({ document }) => document.location);
  const [only] = locations;
  return only !== undefined && locations.length === 1
    ? { action: 'documents.add', target: only, details: { bytes } }
    : { action: 'documents.add', target: 'documents', details: { bytes, ...named(locations) } };
}

const UNKNOWN = 'Unknown';

const signalOf = ({ signal }: Bringing): { signal?: AbortSignal } => (signal === undefined ? {} : { signal });

const isWebAddress = (url: string | undefined): url is string =>
  url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url);
