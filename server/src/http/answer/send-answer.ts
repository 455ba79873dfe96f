import type { RequestContext } from '../request/request-context.ts';
import { endOnceArrived, isArriving } from './unread-body.ts';
import { isLong, jsonBytes } from './json-pieces.ts';

export interface WholeAnswer {
  status: number;
  /** An object is sent as JSON; text and bytes unchanged, with the content type of the handler. */
  body?: unknown;
  /** Several values: several lines, such as of `set-cookie`. */
  headers?: Record<string, string | string[]>;
}

type Head = Record<string, string | number | string[]>;

/** Writes an answer into the response, with the headers gathered on the way. */
export function send({ status, body, headers }: WholeAnswer, context: RequestContext): void {
  const { request, response } = context;
  const gathered: Head = context.headers;
  const head = headers === undefined ? gathered : { ...gathered, ...headers };
  if (body === undefined) {
    response.writeHead(status, head).end();
    return;
  }
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  const payload = isJson ? JSON.stringify(body) : (body as string | Buffer);
  if (isJson) head['content-type'] ??= 'application/json; charset=utf-8';
  const length = Buffer.byteLength(payload);
  head['content-length'] = length;
  response.writeHead(status, head);
  // ASCII, which is written faster as Latin-1.
  const encoding = length === payload.length ? 'latin1' : 'utf8';
  if (head['connection'] === 'close' && !context.isEnded && isArriving(request)) {
    response.write(payload, encoding);
    endOnceArrived(context);
  } else response.end(request.method === 'HEAD' ? undefined : payload, encoding);
}

export const isLongAnswer = ({ body }: WholeAnswer): boolean =>
  typeof body === 'object' && body !== null && !Buffer.isBuffer(body) && isLong(body);

/** The same for thousands of rows, which take a tenth of a second: other requests get turns meanwhile. */
export async function sendLong(
  { status, body, headers }: WholeAnswer,
  context: RequestContext,
): Promise<void> {
  const { request, response } = context;
  const pieces = await jsonBytes(body as object);
  // Ended or disconnected meanwhile.
  if (context.isEnded || response.headersSent || response.destroyed) return;
  const head: Head = { ...context.headers, ...headers };
  head['content-type'] ??= 'application/json; charset=utf-8';
  head['content-length'] = pieces.reduce((sum, piece) => sum + piece.length, 0);
  response.writeHead(status, head);
  if (request.method !== 'HEAD') for (const piece of pieces) response.write(piece);
  response.end();
}
