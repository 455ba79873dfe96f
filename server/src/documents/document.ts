/** What is known of a document beside its text; the members in the order in which the Developer API sends them. */
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

/** One text that somebody brought: a file, a page, a note. Times in ms since 1970. */
export interface Document {
  /** A UUID. */
  id: string;
  folder: string;
  /** Within its folder: `note.txt-<id>.json`. */
  name: string;
  /** `folder/name`: what clients call it by. */
  location: string;
  metadata: DocumentMetadata;
  tokenCount: number;
  /** The id of the key that brought it, or what it moved in from. */
  createdBy: string;
  createdAt: number;
  updatedAt: number;
}

/** Where documents go that nobody gave a folder. */
export const DEFAULT_FOLDER = 'custom-documents';

export interface Place {
  folder: string;
  name: string;
}

export const locationOf = ({ folder, name }: Place): string => `${folder}/${name}`;

const LOCATION_MAX_CHARACTERS = 1_000;

/** @returns undefined for text that cannot be a location. */
export function placeOf(location: string): Place | undefined {
  if (location.length > LOCATION_MAX_CHARACTERS) return undefined;
  const parts = location.split('/').filter((part) => part !== '' && part !== '.');
  const [folder, name] = parts;
  if (parts.length !== 2 || folder === undefined || name === undefined) return undefined;
  return { folder, name };
}
