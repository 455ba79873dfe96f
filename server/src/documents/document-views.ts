import type { Document, DocumentMetadata } from './document.ts';

/** A document in a tree or a list, as the Developer API sends it. */
export interface FileItem extends DocumentMetadata {
  name: string;
  type: 'file';
  cached: boolean;
  canWatch: boolean;
  pinnedWorkspaces: number[];
  watched: boolean;
}

export interface FolderItem {
  name: string;
  type: 'folder';
  items: FileItem[];
}

/** What is known about a document elsewhere. */
export interface Standing {
  /** Its vectors are there: to embed it once more costs nothing. */
  isCached: boolean;
  pinnedIn: number[];
}

/** Nothing is fetched anew here, so nothing can be watched. */
export const fileItem = ({ name, metadata }: Document, { isCached, pinnedIn }: Standing): FileItem => ({
  name,
  type: 'file',
  ...metadata,
  cached: isCached,
  canWatch: false,
  pinnedWorkspaces: pinnedIn,
  watched: false,
});
