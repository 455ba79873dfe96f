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
  /** The name that its sender gave its source; null: none. */
  source: string | null;
  /** Its place in the source: a mailbox has a document for each message. */
  part: number;
  /** Of the bytes of the source when it was read, in hex. */
  sha256: string | null;
  /** The number of workspaces that hold it; null: it has no named source. */
  workspaces: number | null;
}

/** @param folder default: all folders. */
export async function documentsIn(client: KeywardClient, folder?: string): Promise<Stored[]> {
  const answer = await unwrap(client.GET('/v1/documents'));
  const { items } = 'localFiles' in answer ? answer.localFiles : { items: [] };
  return items
    .filter(({ name }) => folder === undefined || name === folder)
    .flatMap(({ name: folderName, items: files }) =>
      files.map(
        ({
          name,
          title,
          wordCount,
          cached,
          source = null,
          sourcePart,
          sha256 = null,
          workspaceCount = null,
          notEmbedded,
        }) => ({
          location: `${folderName}/${name}`,
          title,
          words: wordCount,
          embedded: cached,
          source,
          part: sourcePart ?? 0,
          sha256,
          workspaces: workspaceCount,
          ...(notEmbedded === undefined ? {} : { notEmbedded }),
        }),
      ),
    );
}
