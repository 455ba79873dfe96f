import createFetchClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { chat } from './chat.ts';
import type { ChatChunk, ChatRequest } from './chat.ts';
import { uploadDocument, uploadLink } from './documents.ts';
import type { NewDocument, StoredDocuments } from './documents.ts';
import type { paths } from './generated/openapi.d.ts';
import { importKeys } from './import-keys.ts';
import type { ImportOutcome } from './import-keys.ts';
import { transport } from './transport.ts';
import type { ClientOptions } from './transport.ts';
import { askWorkspace } from './workspace-chat.ts';
import type { WorkspaceAnswer, WorkspaceQuestion } from './workspace-chat.ts';

interface CallOptions {
  signal?: AbortSignal | undefined;
}

/**
 * A client of one server with one key. `GET`, `POST`, … take a path of the API and are typed by it; they resolve with
 * good answers only and throw KeywardApiError or KeywardConnectionError otherwise. `unwrap` takes the answer out.
 */
export interface KeywardClient extends Pick<Client<paths>, 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'> {
  /** Without a slash at its end. */
  readonly url: string;
  /** Streams a chat; leaving the loop ends the request. */
  chat(request: ChatRequest, options?: CallOptions): AsyncGenerator<ChatChunk>;
  /** Asks a workspace and streams its answer; leaving the loop ends the request. */
  askWorkspace(question: WorkspaceQuestion, options?: CallOptions): AsyncGenerator<WorkspaceAnswer>;
  /** Stores a file as a document, and puts it into workspaces. */
  uploadDocument(document: NewDocument, options?: CallOptions): Promise<StoredDocuments>;
  /** The same with a page of the web, which the server fetches. */
  uploadLink(
    page: { link: string; workspaces?: readonly string[] },
    options?: CallOptions,
  ): Promise<StoredDocuments>;
  /** Sends keys as NDJSON and gives the outcome of each line. */
  importKeys(
    source: AsyncIterable<Uint8Array | string>,
    options?: CallOptions,
  ): AsyncGenerator<ImportOutcome>;
  /** A path that is in no document, such as `/openapi.json`. */
  get(path: string, options?: CallOptions): Promise<Response>;
}

/** @throws TypeError for a URL or a key that cannot be one. */
export function createClient(options: ClientOptions): KeywardClient {
  const url = baseUrl(options.url);
  const send = transport(options);
  const { GET, POST, PATCH, PUT, DELETE } = createFetchClient<paths>({
    baseUrl: url,
    fetch: (request) => send(request),
  });
  const connection = { send, url };
  return {
    url,
    GET,
    POST,
    PATCH,
    PUT,
    DELETE,
    chat: (request, call) => chat(connection, request, call),
    askWorkspace: (question, call) => askWorkspace(connection, question, call),
    uploadDocument: (document, call) => uploadDocument(connection, document, call),
    uploadLink: (page, call) => uploadLink(connection, page, call),
    importKeys: (source, call) => importKeys(connection, source, call),
    get: (path, { signal } = {}) => send(new Request(url + path, signal === undefined ? {} : { signal })),
  };
}

function baseUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new TypeError('The URL of the server must begin with http:// or https://.');
  if (url.username !== '' || url.password !== '' || url.search !== '')
    throw new TypeError('The URL of the server must hold no credentials and no query.');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** The answer of a call: `await unwrap(client.GET('/v1/keys'))`. */
export async function unwrap<R extends { data?: unknown }>(
  call: Promise<R>,
): Promise<Exclude<R['data'], undefined>> {
  // Anything but a good answer has thrown.
  return (await call).data as Exclude<R['data'], undefined>;
}
