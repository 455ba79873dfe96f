import type { Answer, TestServer } from '../../../test/server.ts';
import { addMember } from '../../documents/index.ts';

/** A document as an upload answers it. */
export interface Uploaded {
  id: string;
  title: string;
  location: string;
  pageContent: string;
  [name: string]: unknown;
}

export interface UploadBody {
  success: boolean;
  error: string | null;
  documents: Uploaded[];
}

export interface Tree {
  localFiles: { items: { name: string; items: { name: string; [member: string]: unknown }[] }[] };
}

/** Stores a text. */
export async function note(
  server: TestServer,
  title: string,
  { key, text = 'Turnips are ripe.' }: { key?: string; text?: string } = {},
): Promise<Uploaded> {
  const { body } = await server.request<UploadBody>('POST', '/v1/document/raw-text', {
    body: { textContent: text, metadata: { title } },
    ...(key === undefined ? {} : { key }),
  });
  const [document] = body.documents;
  if (document === undefined) throw new Error(`nothing was stored: ${JSON.stringify(body)}`);
  return document;
}

/** The names of documents by folder, as a key sees them. */
export async function seenBy(server: TestServer, key?: string): Promise<Record<string, string[]>> {
  const { body } = await server.request<Tree>('GET', '/v1/documents', key === undefined ? {} : { key });
  return Object.fromEntries(
    body.localFiles.items.map(({ name, items }) => [name, items.map((item) => `${name}/${item.name}`)]),
  );
}

/** Makes a workspace. @returns its number. */
export async function workspace(server: TestServer, name: string): Promise<number> {
  const { body } = await server.request<{ workspace: { id: number } }>('POST', '/v1/workspace/new', {
    body: { name },
  });
  return body.workspace.id;
}

/** Puts a document into a workspace as retrieval would, without vectors. */
export async function embed(server: TestServer, collectionId: number, documentId: string): Promise<void> {
  await server.app.core.storage.transaction((tx) =>
    addMember(tx, { collectionId, documentId, nowMs: 1_700_000_000_000 }),
  );
}

interface FormFile {
  name?: string;
  bytes: Buffer | string;
  field?: string;
}

/** Uploads a file with the fields that a form has beside it. */
export function upload<T = UploadBody>(
  server: TestServer,
  file: FormFile,
  {
    path = '/v1/document/upload',
    fields = {},
    key,
  }: { path?: string; fields?: Record<string, string>; key?: string } = {},
): Promise<Answer<T>> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const { name = 'note.txt', bytes, field = 'file' } = file;
  form.append(field, new Blob([new Uint8Array(Buffer.from(bytes))]), name);
  return server.request<T>('POST', path, { body: form, ...(key === undefined ? {} : { key }) });
}
