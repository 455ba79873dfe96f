/** Stored as JSON, and sent by the Developer API, with these names and in this order. */
export interface DocumentMetadata {
  id: string;
  url: string;
  title: string;
  docAuthor: string;
  description: string;
  docSource: string;
  chunkSource: string;
  /** Wall clock as text, UTC: `11/21/2026, 1:42:22 AM`. */
  published: string;
  wordCount: number;
  token_count_estimate: number;
}

export interface Place {
  folder: string;
  /** Within its folder: `note.txt-<id>.json`. */
  name: string;
}

/** A web server's words on the version of a page, which prove a later version equal to it. */
export interface Validators {
  etag?: string | undefined;
  modified?: string | undefined;
}

/** Where a document comes from, as its sender names it: it is known, and replaced, by this name. */
export interface DocumentSource extends Validators {
  name: string;
  /** The place in the source: a mailbox has a document for each message. */
  part: number;
  /** Of the bytes of the source, in hex. */
  sha256: string;
}

/** The text of a file, a page or a note. */
export interface Document extends Place {
  /** A UUID. */
  id: string;
  /** `folder/name`: clients name it by this. */
  location: string;
  metadata: DocumentMetadata;
  tokenCount: number;
  /** Grows when its text is replaced. */
  revision: number;
  source?: DocumentSource | undefined;
}

export interface NewDocument extends Place {
  metadata: DocumentMetadata;
  text: string;
  /**
   * The same for the same bytes with the same statements about them; left out: it is no file. With a source: for the same
   * text with the same statements.
   */
  sourceDigest?: string | undefined;
  source?: DocumentSource | undefined;
  /** The id of the key that adds it, or the name of an import. */
  createdBy: string;
}

/** For documents that are added without a folder. */
export const DEFAULT_FOLDER = 'custom-documents';

export const locationOf = ({ folder, name }: Place): string => `${folder}/${name}`;

const LOCATION_MAX_CHARACTERS = 1_000;

/** @returns undefined for text that cannot be a location. */
export function placeOf(location: string): Place | undefined {
  if (location.length > LOCATION_MAX_CHARACTERS) return undefined;
  const parts = location.split('/').filter((part) => part !== '' && part !== '.');
  const [folder, name] = parts;
  return parts.length === 2 && folder !== undefined && name !== undefined ? { folder, name } : undefined;
}
