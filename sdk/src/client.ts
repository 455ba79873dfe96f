import createFetchClient from 'openapi-fetch';
import type { Client } from 'openapi-fetch';
import { baseUrl } from './base-url.ts';
import { chat, complete, embed } from './chat.ts';
import type { ChatChunk, ChatCompletion, ChatRequest, Embeddings, EmbeddingsRequest } from './chat.ts';
import { uploadDocument, uploadLink } from './documents.ts';
import type { NewDocument, NewLink, StoredDocuments, UploadOptions } from './documents.ts';
import type { paths } from './generated/openapi.d.ts';
import { importKeys, type ImportOutcome, type KeySource } from './import-keys.ts';
import { followJob, runJob, streamJob, type KeywardJobs } from './jobs/jobs.ts';
import { followList, type LiveList, type LiveOptions, type LivePath, type LiveRows } from './live-lists.ts';
import { Outgoing, transport, type CallOptions, type ClientOptions } from './transport.ts';
import { askWorkspace, type WorkspaceAnswer, type WorkspaceQuestion } from './workspace-chat.ts';

/**
 * A client of one server with one key. Every method throws the same two errors: {@link KeywardApiError}, whose `code`
 * says what the server refused, and {@link KeywardConnectionError}, whose `code` is `timeout`, `broken_off`, `failed` or the
 * name of a network error such as `ECONNREFUSED`.
 */
export interface KeywardClient {
  /** The address of the server, without a slash and without `/v1` at its end. */
  readonly url: string;

  /**
   * Reads. The path is one of the API, which types its parameters and its answer.
   * @param path such as `/v1/keys/{id}`
   * @param options `params.path`, `params.query` and `signal`
   * @throws KeywardApiError such as `invalid_key`, `insufficient_scope`, `not_found`, `rate_limited`; after `retries` tries
   * also `storage_unavailable`
   * @throws KeywardConnectionError
   * @example
   * ```ts
   * const { items } = await unwrap(client.GET('/v1/keys', { params: { query: { limit: 10 } } }));
   * ```
   */
  readonly GET: Client<paths>['GET'];
  /**
   * Makes or does something.
   * @param path such as `/v1/keys`
   * @param options `body`, `params.path`, `params.query`, `params.header` and `signal`
   * @throws KeywardApiError such as `invalid_input` with `errors`, `insufficient_scope`, `exceeds_own_power`, `conflict`
   * @throws KeywardConnectionError; the request may have been carried out unless `code` is one such as `ECONNREFUSED`
   * @example
   * ```ts
   * const body = { name: 'reports', role: 'client' as const };
   * const { key, secret } = await unwrap(client.POST('/v1/keys', { body }));
   * ```
   */
  readonly POST: Client<paths>['POST'];
  /**
   * Changes what the body names, and nothing else.
   * @param path such as `/v1/keys/{id}`
   * @param options `body`, `params.path` and `signal`
   * @throws KeywardApiError such as `invalid_input` with `errors`, `not_found`, `exceeds_own_power`
   * @throws KeywardConnectionError
   * @example
   * ```ts
   * await client.PATCH('/v1/keys/{id}', { params: { path: { id: key.id } }, body: { name: 'monthly reports' } });
   * ```
   */
  readonly PATCH: Client<paths>['PATCH'];
  /**
   * Replaces.
   * @param path one of the API that takes PUT
   * @param options `body`, `params.path` and `signal`
   * @throws KeywardApiError such as `invalid_input`, `not_found`
   * @throws KeywardConnectionError
   * @example
   * ```ts
   * await client.PUT(path, { body });
   * ```
   */
  readonly PUT: Client<paths>['PUT'];
  /**
   * Removes.
   * @param path such as `/v1/keys/{id}`
   * @param options `params.path` and `signal`
   * @throws KeywardApiError such as `not_found`, `insufficient_scope`
   * @throws KeywardConnectionError
   * @example
   * ```ts
   * await client.DELETE('/v1/owners/{id}', { params: { path: { id: owner.id } } });
   * ```
   */
  readonly DELETE: Client<paths>['DELETE'];

  /**
   * Chats with a model and gives its answer as it is written. Leaving the loop ends the request.
   * @param request as the OpenAI API has it; `stream` is set
   * @param options `signal` ends the request
   * @throws KeywardApiError such as `model_not_found`, `budget_exceeded`, `upstream_unavailable`; also in the middle of an answer
   * @throws KeywardConnectionError `broken_off` where the answer ends before it is whole; `timeout` after 600,000 ms of silence,
   * or those of `timeoutMs`
   * @example
   * ```ts
   * for await (const { choices } of client.chat({ model, messages: [{ role: 'user', content: 'Hello' }] }))
   *   process.stdout.write(choices[0]?.delta.content ?? '');
   * ```
   */
  chat(request: ChatRequest, options?: CallOptions): AsyncGenerator<ChatChunk>;
  /**
   * Chats with a model and gives its answer when it is whole.
   * @param request as the OpenAI API has it; `stream` is set
   * @param options `signal` ends the request
   * @throws KeywardApiError such as `model_not_found`, `budget_exceeded`, `upstream_unavailable`
   * @throws KeywardConnectionError `timeout` after 600,000 ms of silence, or those of `timeoutMs`
   * @example
   * ```ts
   * const { choices } = await client.complete({ model, messages: [{ role: 'user', content: 'Hello' }] });
   * console.log(choices[0]?.message.content);
   * ```
   */
  complete(request: ChatRequest, options?: CallOptions): Promise<ChatCompletion>;
  /**
   * Turns texts into vectors.
   * @param request as the OpenAI API has it: `input` is a text, texts, or tokens
   * @param options `signal` ends the request
   * @throws KeywardApiError such as `model_not_found`, `budget_exceeded`, `upstream_unavailable`
   * @throws KeywardConnectionError `timeout` after 600,000 ms of silence, or those of `timeoutMs`
   * @example
   * ```ts
   * const { data } = await client.embed({ model, input: ['first', 'second'] });
   * console.log(data[1]?.embedding.length);
   * ```
   */
  embed(request: EmbeddingsRequest, options?: CallOptions): Promise<Embeddings>;
  /**
   * Asks a workspace and gives its answer as it is written, then its sources. Leaving the loop ends the request.
   * @param question the workspace's `slug` and the `message`
   * @param options `signal` ends the request
   * @throws KeywardApiError such as `forbidden`, `refused`; also in the middle of an answer
   * @throws KeywardConnectionError `broken_off` where the answer ends before it is whole; `timeout` after 600,000 ms of silence,
   * or those of `timeoutMs`
   * @example
   * ```ts
   * for await (const piece of client.askWorkspace({ slug: 'handbook', message: 'When do we open?' }))
   *   if (piece.kind === 'text') process.stdout.write(piece.text);
   * ```
   */
  askWorkspace(question: WorkspaceQuestion, options?: CallOptions): AsyncGenerator<WorkspaceAnswer>;
  /**
   * Stores a file as a document, and puts it into workspaces. It is sent once: a failed upload is not repeated.
   * @param document the `file`, its `name`, and where it goes
   * @param options `signal` ends the request; `onSent` hears of its progress in a page with `session`
   * @returns one document; of a mailbox one for each message
   * @throws KeywardApiError such as `too_large`; `refused` where the file cannot be read as a document
   * @throws KeywardConnectionError `timeout` after 3,600,000 ms of silence, or those of `timeoutMs`
   * @example
   * ```ts
   * const file = new Blob(['We open at nine.']);
   * await client.uploadDocument({ file, name: 'hours.txt', workspaces: ['handbook'] });
   * ```
   */
  uploadDocument(document: NewDocument, options?: UploadOptions): Promise<StoredDocuments>;
  /**
   * Has the server fetch a page of the web, store it as a document, and put it into workspaces.
   * @param page its `link`, and the `workspaces`
   * @param options `signal` ends the request
   * @throws KeywardApiError `refused` where the page cannot be fetched or read
   * @throws KeywardConnectionError `timeout` after 3,600,000 ms of silence, or those of `timeoutMs`
   * @example
   * ```ts
   * await client.uploadLink({ link: 'https://example.org/handbook', workspaces: ['handbook'] });
   * ```
   */
  uploadLink(page: NewLink, options?: CallOptions): Promise<StoredDocuments>;
  /**
   * Imports keys and gives the outcome of each line as it comes. Pieces are streamed in Node, and collected first in browsers.
   * @param source NDJSON, a key a line: a text, a file, or pieces
   * @param options `signal` ends the request
   * @throws KeywardApiError such as `insufficient_scope`; also in the middle: the lines that were reported before it are stored
   * @throws KeywardConnectionError `timeout` after 600,000 ms of silence, or those of `timeoutMs`
   * @example
   * ```ts
   * for await (const { line, outcome } of client.importKeys('{"name":"old","secret":"sk-0123456789abcdef0123"}\n'))
   *   console.log(line, outcome);
   * ```
   */
  importKeys(source: KeySource, options?: CallOptions): AsyncGenerator<ImportOutcome>;
  /** Jobs that workers do: {@link createWorker} makes one. */
  readonly jobs: KeywardJobs;
  /**
   * Gives the first page of a list, and again whenever it has changed, at most four times a second. Leaving the loop ends it.
   * @param path `/v1/jobs/live`, `/v1/admin/jobs/live`, `/v1/workers/live` or `/v1/running/live`
   * @param options `query` as the list takes it; `signal` ends the reading
   * @throws KeywardApiError such as `insufficient_scope`, `rate_limited`; `key_revoked` also later
   * @throws KeywardConnectionError `broken_off` where the server stops or ends the list: call it again, it begins anew
   * @example
   * ```ts
   * for await (const { items } of client.follow('/v1/jobs/live', { query: { state: 'RUNNING' } }))
   *   console.log(items.length);
   * ```
   */
  follow<P extends LivePath>(path: P, options?: LiveOptions<P>): AsyncGenerator<LiveList<LiveRows[P]>>;
  /**
   * Reads a path that the types do not know.
   * @param path with its query, such as `/openapi.json`
   * @param options `signal` ends the request
   * @throws KeywardApiError such as `not_found`
   * @throws KeywardConnectionError
   * @example
   * ```ts
   * const document = await (await client.get('/openapi.json')).json();
   * ```
   */
  get(path: string, options?: CallOptions): Promise<Response>;
}

/**
 * Makes a client. It opens no connection.
 * @param options the server's `url` and the `apiKey`; `retries` and `timeoutMs` in milliseconds
 * @throws TypeError for a URL or a key that cannot be one
 * @example
 * ```ts
 * const client = createClient({ url: 'http://127.0.0.1:5390', apiKey: process.env.KEYWARD_API_KEY });
 * ```
 */
export function createClient(options: ClientOptions): KeywardClient {
  const url = baseUrl(options.url);
  const send = transport(options);
  const { GET, POST, PATCH, PUT, DELETE } = createFetchClient<paths>({
    baseUrl: url,
    Request: Outgoing as unknown as typeof Request,
    fetch: (request) => send(request as unknown as Outgoing),
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
    complete: (request, call) => complete(connection, request, call),
    embed: (request, call) => embed(connection, request, call),
    askWorkspace: (question, call) => askWorkspace(connection, question, call),
    uploadDocument: (document, call) => uploadDocument(connection, document, call),
    uploadLink: (page, call) => uploadLink(connection, page, call),
    importKeys: (source, call) => importKeys(connection, source, call),
    jobs: {
      run: (input, call) => runJob(connection, input, call),
      stream: (input, call) => streamJob(connection, input, call),
      follow: (id, call) => followJob(connection, id, call),
    },
    follow: (path, call) => followList(connection, path, call),
    get: (path, { signal } = {}) => send(new Outgoing(url + path, signal === undefined ? {} : { signal })),
  };
}

/**
 * Takes the answer out of a call.
 * @param call what `GET`, `POST`, `PATCH`, `PUT` or `DELETE` has returned
 * @throws what the call throws: KeywardApiError, KeywardConnectionError
 * @example
 * ```ts
 * const { items } = await unwrap(client.GET('/v1/keys'));
 * ```
 */
export async function unwrap<R extends { data?: unknown }>(
  call: Promise<R>,
): Promise<Exclude<R['data'], undefined>> {
  // Anything but a good answer has thrown.
  return (await call).data as Exclude<R['data'], undefined>;
}
