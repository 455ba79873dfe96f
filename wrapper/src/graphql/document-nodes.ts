import type { components } from '@keyward/sdk';

type Schemas = components['schemas'];
export type EmbeddedRow = Schemas['EmbeddedDocument'];

/** A document, from whichever answer of the Developer API it comes. */
export interface DocumentNode {
  location: string;
  folder: string;
  name: string;
  title: string;
  url?: string | undefined;
  author?: string | undefined;
  description?: string | undefined;
  source?: string | undefined;
  published?: string | undefined;
  wordCount?: number | undefined;
  tokenCount?: number | undefined;
  /** Numbers of workspaces; undefined: that answer does not say. */
  pinnedWorkspaces?: readonly number[] | undefined;
}

interface Metadata {
  title?: unknown;
  url?: unknown;
  docAuthor?: unknown;
  description?: unknown;
  docSource?: unknown;
  published?: unknown;
  wordCount?: unknown;
  token_count_estimate?: unknown;
}

/** `folder/name`; undefined for a text that is no location. */
export function locationParts(location: string): { folder: string; name: string } | undefined {
  const slash = location.indexOf('/');
  if (slash < 1 || slash === location.length - 1) return undefined;
  return { folder: location.slice(0, slash), name: location.slice(slash + 1) };
}

export const fromFolder = (folder: string, items: readonly Schemas['DocumentItem'][]): DocumentNode[] =>
  items.map((item) => ({
    ...described(`${folder}/${item.name}`, item),
    pinnedWorkspaces: item.pinnedWorkspaces,
  }));

const readRows = new WeakMap<EmbeddedRow, DocumentNode>();

/** A row of a workspace: its metadata is JSON in a string, which is read once. */
export function fromEmbedded(row: EmbeddedRow): DocumentNode {
  const known = readRows.get(row);
  if (known !== undefined) return known;
  let read: unknown;
  try {
    read = JSON.parse(row.metadata);
  } catch {
    read = undefined;
  }
  const node = described(row.docpath, typeof read === 'object' && read !== null ? read : {});
  readRows.set(row, node);
  return node;
}

export const fromUpload = (uploaded: Schemas['UploadedDocument']): DocumentNode =>
  described(uploaded.location, uploaded);

function described(location: string, metadata: Metadata): DocumentNode {
  const { folder, name } = locationParts(location) ?? { folder: '', name: location };
  return {
    location,
    folder,
    name,
    title: textOf(metadata.title) ?? name,
    url: textOf(metadata.url),
    author: textOf(metadata.docAuthor),
    description: textOf(metadata.description),
    source: textOf(metadata.docSource),
    published: textOf(metadata.published),
    wordCount: numberOf(metadata.wordCount),
    tokenCount: numberOf(metadata.token_count_estimate),
  };
}

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
