import type { Document, NewDocument } from './document.ts';
import type { AddRefusal } from './parsing/parser.ts';

/** A document that was just added, with its text. */
export interface AddedDocument {
  document: Document;
  text: string;
  /** It was there already: the same bytes of the same folder, or of the same source. */
  isKnown?: boolean;
  /** With it, all documents of this part of its source: keys that do not see each other's each add one. */
  copies?: readonly Document[];
}

/** A document that gets the new text of its source. */
export interface Replacement {
  document: Document;
  next: NewDocument;
}

/** Of a file that has a source. */
export interface SourceChanges {
  /** Their former texts stay until the new ones are embedded: see `Retrieval.replace`. */
  changed: Replacement[];
  /** Locations of parts that the source no longer has. */
  removed: string[];
}

/**
 * A file may hold several documents, as a mailbox does. A refusal is whole sentences for the sender, as is each warning, which
 * says what in the file was not read.
 */
export type AddResult =
  ({ added: AddedDocument[]; warnings?: string[] | undefined } & Partial<SourceChanges>) | AddRefusal;
