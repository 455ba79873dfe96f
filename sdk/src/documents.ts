import { KeywardApiError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import type { Send } from './transport.ts';

/** A file to be stored, and read, as a document. */
export interface NewDocument {
  /** Sent piece by piece, where it can be: `fs.openAsBlob` of Node keeps nothing in memory. */
  file: Blob;
  /** With its ending, which says what kind of file it is. */
  name: string;
  /** What it is called in lists and as a source; its name. */
  title?: string | undefined;
  /** Made where there is none; the server's default folder. */
  folder?: string | undefined;
  /** Slugs of workspaces to put it into. */
  workspaces?: readonly string[] | undefined;
}

type Uploaded = components['schemas']['UploadedDocument'];

export interface StoredDocuments {
  /** One; of a mailbox one for each message. */
  documents: Uploaded[];
  /** Why they are not in a workspace that they were to be put into. */
  error: string | null;
}

/** Reading and embedding a long file may take minutes. */
const ANSWER_TIMEOUT_MS = 3_600_000;

/** @throws KeywardApiError also where the file cannot be read as a document. */
export async function uploadDocument(
  { send, url }: { send: Send; url: string },
  { file, name, title, folder, workspaces = [] }: NewDocument,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<StoredDocuments> {
  const form = new FormData();
  if (workspaces.length > 0) form.set('addToWorkspaces', workspaces.join(','));
  if (title !== undefined) form.set('metadata', JSON.stringify({ title }));
  form.set('file', file, name);
  const path = folder === undefined ? '' : `/${encodeURIComponent(folder)}`;
  const request = new Request(`${url}/v1/document/upload${path}`, {
    method: 'POST',
    body: form,
    ...(signal === undefined ? {} : { signal }),
  });
  return storedIn(await send(request, { timeoutMs: ANSWER_TIMEOUT_MS }));
}

/** Has the server fetch a page of the web. @throws KeywardApiError also where it cannot be fetched or read. */
export async function uploadLink(
  { send, url }: { send: Send; url: string },
  { link, workspaces = [] }: { link: string; workspaces?: readonly string[] | undefined },
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<StoredDocuments> {
  const request = new Request(`${url}/v1/document/upload-link`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      link,
      ...(workspaces.length === 0 ? {} : { addToWorkspaces: workspaces.join(',') }),
    }),
    ...(signal === undefined ? {} : { signal }),
  });
  return storedIn(await send(request, { timeoutMs: ANSWER_TIMEOUT_MS }));
}

async function storedIn(response: Response): Promise<StoredDocuments> {
  const { documents, error } = (await response.json()) as {
    documents: Uploaded[];
    error: string | null;
  };
  if (documents.length > 0) return { documents, error };
  throw new KeywardApiError({
    url: response.url,
    status: response.status,
    code: 'refused',
    message: error ?? 'The server has stored nothing, and does not say why.',
    hint: null,
    errors: [],
    requestId: response.headers.get('x-request-id'),
    retryAfterSeconds: null,
    details: {},
  });
}
