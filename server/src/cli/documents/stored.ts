import { unwrap, type KeywardClient } from '@keyward/sdk';

/** A document as the command line shows it. */
export interface Stored {
  /** folder/name, as in commands and endpoints. */
  location: string;
  title: string;
  words: number;
  embedded: boolean;
  /** Where it is in a workspace without being searchable there; absent: nowhere. */
  notEmbedded?: { workspaceId: number; status: 'pending' | 'failed'; reason: string; soon: boolean }[];
  /** The URL of a page; null: a file. */
  link: string | null;
}

const LINK = 'link://';

/** @param folder default: all folders. */
export async function documentsIn(client: KeywardClient, folder?: string): Promise<Stored[]> {
  const answer = await unwrap(client.GET('/v1/documents'));
  const { items } = 'localFiles' in answer ? answer.localFiles : { items: [] };
  return items
    .filter(({ name }) => folder === undefined || name === folder)
    .flatMap(({ name: folderName, items: files }) =>
      files.map(({ name, title, wordCount, cached, chunkSource, notEmbedded }) => ({
        location: `${folderName}/${name}`,
        title,
        words: wordCount,
        embedded: cached,
        link: chunkSource.startsWith(LINK) ? chunkSource.slice(LINK.length) : null,
        ...(notEmbedded === undefined ? {} : { notEmbedded }),
      })),
    );
}
