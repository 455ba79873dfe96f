import { createHash, randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FileHandle } from 'node:fs/promises';
import type { Caller } from '../access/index.ts';
import type { Entry } from '../audit/index.ts';
import type { Clock } from '../base/clock.ts';
import type { PrivateAddresses } from '../base/outbound/addresses.ts';
import type { Db, Storage } from '../storage/index.ts';
import { describe, type Described } from './describing.ts';
import type { AddedDocument, AddResult, SourceChanges } from './add-result.ts';
import type { Document, NewDocument, Validators } from './document.ts';
import type { Documents } from './documents.ts';
import { PageFetcher } from './fetching/page-fetcher.ts';
import { digestOf } from './file-digest.ts';
import { named, noteSlug, slugOf } from './names.ts';
import { Parser, type Parsed, type ParsedPart } from './parsing/parser.ts';
import { contentDigest, keepSourced, type SourcePart } from './keep-source.ts';
import { knownPage, unmodified } from './known-page.ts';
import { TemporaryFiles } from './temporary-files.ts';

/** Metadata that the sender may set; the rest is found out. */
export interface StatedMetadata {
  title?: string;
  docAuthor?: string;
  description?: string;
  docSource?: string;
}

export interface NewNote extends StatedMetadata {
  title: string;
  text: string;
  url?: string;
  chunkSource?: string;
  publishedMs?: number;
}

/** The sender, and the place for the documents. */
export interface AddOptions {
  caller: Caller;
  folder: string;
  given?: StatedMetadata;
  /** The name of the source: what came from it before is known, or replaced. */
  source?: string | undefined;
  /** Aborted when the sender has gone. */
  signal?: AbortSignal;
  /** Runs in the transaction that stores them, with those that are new. */
  alongside?: ((tx: Db, documents: readonly Document[]) => Promise<void>) | undefined;
}

export interface IntakeOptions {
  storage: Storage;
  clock: Clock;
  documents: Documents;
  /** Where files are kept while they are read; made when it is not there. */
  uploadsDir: string;
  /** Pages are fetched from these addresses too, beside the public internet. */
  fetchPrivate: PrivateAddresses;
}

/** Where the parts of a file come from, and their metadata where neither the sender nor the file has it. */
interface Origin extends Required<Omit<StatedMetadata, 'title'>> {
  /** Of the bytes. */
  digest: Buffer;
  validators?: Validators;
  /** The start of the documents' names. */
  slug: string;
  fileName: string;
  chunkSource: string;
  titleOf: (properties: ParsedPart['properties']) => string | undefined;
}

type Kept = { added: AddedDocument[] } & Partial<SourceChanges>;

/** Adds documents from a file, a page of the web or a note. A file that is not read to its end leaves nothing behind. */
export class Intake {
  readonly #parts: Pick<IntakeOptions, 'storage' | 'clock' | 'documents'>;
  readonly #files: TemporaryFiles;
  readonly #parser = new Parser();
  readonly #pages: PageFetcher;

  constructor({ uploadsDir, fetchPrivate, ...parts }: IntakeOptions) {
    this.#parts = parts;
    this.#files = new TemporaryFiles(uploadsDir);
    this.#pages = new PageFetcher({ files: this.#files, allowed: fetchPrivate });
  }

  start(): void {
    this.#files.start();
  }

  /** Ends what is being read or fetched. Idempotent. */
  async stop(): Promise<void> {
    this.#parser.stop();
    await this.#pages.stop();
  }

  /** For a file that is being received; the caller closes it. */
  temporaryFile(): Promise<FileHandle> {
    return this.#files.create();
  }

  /** The ids of the processes that read files now. */
  get readers(): number[] {
    return this.#parser.running;
  }

  /** The text of a file that is not kept, such as one that is attached to a chat. */
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

  async addFile(file: { fd: number; name: string }, options: AddOptions): Promise<AddResult> {
    const parsed = await this.#parser.parse(file, options.signal);
    if ('refusal' in parsed) return parsed;
    return this.#keepParts(options, parsed, {
      digest: await digestOf(file.fd),
      slug: slugOf(file.name),
      fileName: file.name,
      titleOf: ({ part }) => part,
      docAuthor: 'Unknown',
      description: 'Unknown',
      docSource: `${parsed.called} uploaded by the user.`,
      chunkSource: '',
    });
  }

  /** @param headers are sent to the link's own server, not to where it redirects. */
  async addLink(link: string, headers: Record<string, string>, options: AddOptions): Promise<AddResult> {
    const { signal, given = {} } = options;
    // Another version, or another text about it, may be wanted.
    const isPlain = Object.keys(headers).length === 0 && Object.keys(given).length === 0;
    const known = isPlain ? await knownPage(this.#parts, options) : undefined;
    const page = await this.#pages.fetch(link, { headers, signal, unless: known?.validators });
    if ('refusal' in page) return page;
    if ('isUnmodified' in page) return { added: await unmodified(this.#parts, known?.present ?? []) };
    try {
      const { file, fileName: name, charset, validators } = page;
      const parsed = await this.#parser.parse({ fd: file.fd, name, charset }, signal);
      if ('refusal' in parsed) return parsed;
      const slug = slugOf(page.called);
      return await this.#keepParts(options, parsed, {
        digest: await digestOf(file.fd),
        slug: `url-${slug}`,
        fileName: `${slug}.html`,
        titleOf: ({ part, title }) => part ?? title,
        docAuthor: 'no author found',
        description: 'No description found.',
        docSource: 'URL link uploaded by the user.',
        chunkSource: `link://${link}`,
        ...(isPlain ? { validators } : {}),
      });
    } finally {
      await page.file.close();
    }
  }

  async addNote(note: NewNote, options: AddOptions): Promise<Kept> {
    const id = randomUUID();
    const slug = noteSlug(note.title);
    const fileName = `${slug}.txt`;
    const described = {
      id,
      name: `raw-${slug}-${id}.json`,
      url: isWebAddress(note.url) ? `web://${note.url.toLowerCase()}.website` : `file://${fileName}`,
      title: fileName,
      docAuthor: note.docAuthor ?? 'no author specified',
      description: note.description ?? 'no description found',
      docSource: note.docSource ?? 'no source set',
      chunkSource: note.chunkSource ?? fileName,
      publishedMs: note.publishedMs ?? this.#parts.clock.nowMs(),
      text: note.text.toWellFormed(),
    };
    const digest = createHash('sha256').update(note.text).digest();
    return this.#keep(options, [described], { digest, slug: `raw-${slug}` });
  }

  async #keepParts(options: AddOptions, { parts, warnings }: Parsed, origin: Origin): Promise<AddResult> {
    const { given = {} } = options;
    const all = parts.map(({ text, properties }, at) => {
      const id = randomUUID();
      // The length: a reader that reads more than before makes another document.
      const said = [
        origin.digest.toString('base64url'),
        at,
        origin.fileName,
        origin.chunkSource,
        given,
        text.length,
      ];
      return {
        id,
        sourceDigest: createHash('sha256').update(JSON.stringify(said)).digest('base64url'),
        name: `${origin.slug}-${id}.json`,
        url: `file://${origin.fileName}`,
        title: given.title ?? origin.titleOf(properties) ?? origin.fileName,
        docAuthor: given.docAuthor ?? properties.author ?? origin.docAuthor,
        description: given.description ?? origin.description,
        docSource: given.docSource ?? origin.docSource,
        chunkSource: origin.chunkSource,
        publishedMs: this.#parts.clock.nowMs(),
        text,
      };
    });
    return { ...(await this.#keep(options, all, origin)), warnings };
  }

  /** All of them or none. A mailbox has thousands: other requests run between two of them. */
  async #keep(
    { folder, caller, source, alongside }: AddOptions,
    all: readonly (Described & Pick<NewDocument, 'name' | 'sourceDigest'>)[],
    { digest, slug, validators = {} }: Pick<Origin, 'digest' | 'slug' | 'validators'>,
  ): Promise<Kept> {
    const { storage, documents } = this.#parts;
    const fresh: NewDocument[] = [];
    for (const { name, sourceDigest, ...described } of all) {
      if (fresh.length > 0) await nextTurn();
      const metadata = await describe(described);
      fresh.push({ folder, name, metadata, text: described.text, sourceDigest, createdBy: caller.keyId });
    }
    const sha256 = digest.toString('hex');
    const partOf = (one: NewDocument, part: number): SourcePart => ({
      ...one,
      source: { name: source ?? '', part, sha256, ...validators },
      sourceDigest: contentDigest(one.metadata, one.text),
      bytesDigest: one.sourceDigest,
      slug,
    });
    return storage.transaction(async (tx) => {
      const viewer = await documents.viewer(caller, tx);
      const added: AddedDocument[] = [];
      if (source !== undefined) {
        const kept = await keepSourced(tx, { documents, caller, viewer }, fresh.map(partOf));
        const stored = kept.added.filter(({ isKnown }) => isKnown === undefined);
        await alongside?.(tx, documentsOf(stored));
        if (stored.length > 0) await documents.record(tx, caller, entryOf(stored));
        return kept;
      }
      for (const one of fresh) {
        if (added.length > 0) await nextTurn();
        const kept = await documents.addOnce(tx, viewer, one);
        if (kept === undefined) throw new Error(`A new id was used before: ${one.metadata.id}`);
        added.push({ document: kept.document, text: one.text, isKnown: !kept.isNew });
      }
      const stored = added.filter(({ isKnown }) => isKnown === false);
      await alongside?.(tx, documentsOf(stored));
      if (stored.length > 0) await documents.record(tx, caller, entryOf(stored));
      return { added };
    });
  }
}

const documentsOf = (added: readonly AddedDocument[]): Document[] => added.map(({ document }) => document);

function entryOf(added: readonly AddedDocument[]): Entry {
  const bytes = added.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
  const locations = added.map(({ document }) => document.location);
  const [only] = locations;
  return only !== undefined && locations.length === 1
    ? { action: 'documents.add', target: only, details: { bytes } }
    : { action: 'documents.add', target: 'documents', details: { bytes, ...named(locations) } };
}

const isWebAddress = (url: string | undefined): url is string =>
  url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url);
