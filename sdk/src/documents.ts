import { KeywardApiError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import type { OnSent } from './upload-progress.ts';
import { jsonRequest, Outgoing, type CallOptions, type Connection } from './transport.ts';

/** A file to be stored, and read, as a document. */
export interface NewDocument {
  /** A `File` of a page; in Node `await openAsBlob(path)` of `node:fs`, which keeps nothing in memory. */
  file: Blob;
  /** Such as `handbook.pdf`: its ending says what kind of file it is. */
  name: string;
  /**
   * What the document is called in lists and as a source.
   * @default its name
   */
  title?: string | undefined;
  /**
   * The folder to store it in, made if it does not exist.
   * @default the server's default folder
   */
  folder?: string | undefined;
  /**
   * Name of its source, such as `wiki:faq/leave.md`. What came from it before is known where its text is the same, and replaced
   * in every workspace where it is another.
   * @default none: it is a document of its own
   */
  source?: string | undefined;
  /**
   * Slugs of workspaces to put it into.
   * @default none
   */
  workspaces?: readonly string[] | undefined;
}

/** A page of the web to be fetched, by the server, and stored as a document. */
export interface NewLink {
  /** Such as `https://example.org/handbook`. */
  link: string;
  /**
   * Name of its source, such as the link itself: a page that was not modified is known, another text replaces the former one.
   * @default none: it is a document of its own
   */
  source?: string | undefined;
  /**
   * Slugs of workspaces to put it into.
   * @default none
   */
  workspaces?: readonly string[] | undefined;
}

type Uploaded = components['schemas']['UploadedDocument'];
type Pending = components['schemas']['PendingDocument'];

export interface StoredDocuments {
  /** One; of a mailbox one for each message. */
  documents: Uploaded[];
  /** Why they are not in a workspace that they were to be put into, or are not searchable there yet. */
  error: string | null;
  /** Those that are in a workspace and not searchable yet, with the reason. */
  pending: Pending[];
  /** Sentences about what in the file was not read, such as its images. */
  warnings: string[];
  /** Which of them the folder had already, from the same bytes: these were not stored again. */
  message?: string | undefined;
  /** With a `source`: whether it is new, has another text than before, or is the same. */
  outcome?: 'added' | 'updated' | 'known' | undefined;
}

/** What an upload takes besides. */
export interface UploadOptions extends CallOptions {
  /**
   * Called while the file is sent, with the bytes so far and of all.
   * @default nobody is told; nor is anybody without `session`
   */
  onSent?: OnSent | undefined;
}

/** Reading and embedding a long file may take minutes. */
const ANSWER_TIMEOUT_MS = 3_600_000;

export async function uploadDocument(
  { send, url }: Connection,
  { file, name, title, folder, source, workspaces = [] }: NewDocument,
  { signal, onSent }: UploadOptions = {},
): Promise<StoredDocuments> {
  const form = new FormData();
  if (workspaces.length > 0) form.set('addToWorkspaces', workspaces.join(','));
  if (title !== undefined) form.set('metadata', JSON.stringify({ title }));
  if (source !== undefined) form.set('source', source);
  form.set('file', file, name);
  const path = folder === undefined ? '' : `/${encodeURIComponent(folder)}`;
  const request = new Outgoing(`${url}/v1/document/upload${path}`, {
    method: 'POST',
    body: form,
    ...(signal === undefined ? {} : { signal }),
  });
  request.onSent = onSent;
  return storedIn(await send(request, { defaultTimeoutMs: ANSWER_TIMEOUT_MS }));
}

export async function uploadLink(
  connection: Connection,
  { link, source, workspaces = [] }: NewLink,
  { signal }: CallOptions = {},
): Promise<StoredDocuments> {
  const body = {
    link,
    ...(source === undefined ? {} : { source }),
    ...(workspaces.length === 0 ? {} : { addToWorkspaces: workspaces.join(',') }),
  };
  const request = jsonRequest(connection, '/v1/document/upload-link', { body, signal });
  return storedIn(await connection.send(request, { defaultTimeoutMs: ANSWER_TIMEOUT_MS }));
}

async function storedIn(response: Response): Promise<StoredDocuments> {
  const {
    documents,
    error,
    warnings = [],
    pending = [],
    message,
    outcome,
  } = (await response.json()) as Omit<StoredDocuments, 'warnings' | 'pending'> & Partial<StoredDocuments>;
  if (documents.length > 0) return { documents, error, warnings, pending, message, outcome };
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
