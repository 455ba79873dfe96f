import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { GraphqlServer, ServerContext } from '../graphql/graphql-server.ts';

const BODY_MAX_BYTES = 1024 * 1024;

/** For what is longer than a body may be. */
const TOO_LARGE = Symbol('too large');

/**
 * Has a request answered. Bodies are read and answers written here, as texts: a stream of the Fetch API around each of
 * them takes longer than the rest of a simple query.
 * @returns false where the body is too large, and nothing was answered
 */
export async function exchange(
  graphql: GraphqlServer,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
  context: ServerContext,
): Promise<boolean> {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  try {
    const body = await bodyOf(request);
    if (body === TOO_LARGE) return false;
    const answer = await graphql.handleRequest(
      requestFor(graphql, request, { body, signal: gone.signal }),
      context,
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (isStream(answer) && answer.body !== null) {
      request.socket.setKeepAlive(true);
      await pipeline(answer.body, response);
    } else response.end(await answer.text());
  } catch (error) {
    // Nobody is left who could be answered.
    if (!response.destroyed) throw error;
  }
  return true;
}

function requestFor(
  graphql: GraphqlServer,
  { method = 'GET', url = '/', headers }: IncomingMessage,
  { body, signal }: { body: string | undefined; signal: AbortSignal },
): Request {
  // The host is whatever the caller has written; nothing here depends on it.
  return new graphql.fetchAPI.Request(`http://localhost${url}`, {
    method,
    headers: headers as Record<string, string>,
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

const isStream = ({ headers }: Response): boolean =>
  /^(?:text\/event-stream|multipart\/)/.test(headers.get('content-type') ?? '');

/** @throws Error where the caller goes away before its request is whole */
function bodyOf(request: IncomingMessage): Promise<string | undefined | typeof TOO_LARGE> {
  const { method, headers } = request;
  if (method === 'GET' || method === 'HEAD') return Promise.resolve(undefined);
  if (Number(headers['content-length'] ?? 0) > BODY_MAX_BYTES) return Promise.resolve(TOO_LARGE);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let bytes = 0;
    request.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (bytes <= BODY_MAX_BYTES) pieces.push(piece);
      else resolve(TOO_LARGE);
    });
    request.once('end', () => resolve(Buffer.concat(pieces).toString()));
    request.once('error', reject);
  });
}
