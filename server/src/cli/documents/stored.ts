import { unwrap, type KeywardClient } from '@keyward/sdk';

/** A document as the command line shows it. */
export interface Stored {
  /** folder/name: what commands and endpoints call it by. */
  location: string;
  title: string;
  words: number;
  /** Its vectors are there. */
  embedded: boolean;
  /** Of a page of the web, its address. */
  link: string | null;
}

const LINK = 'link://';

/** Those of one folder, or of all. */
export async function documentsIn(client: KeywardClient, folder?: string): Promise<Stored[]> {
  const answer = await unwrap(client.GET('/v1/documents'));
  const { items } = 'localFiles' in answer ? answer.localFiles : { items: [] };
  return items
    .filter(({ name }) => folder === undefined || name === folder)
    .flatMap(({ name: folderName, items: files }) =>
      files.map(({ name, title, wordCount, cached, chunkSource }) => ({
        location: `${folderName}/${name}`,
        title,
        words: wordCount,
        embedded: cached,
        link: chunkSource.startsWith(LINK) ? chunkSource.slice(LINK.length) : null,
      })),
    );
}
