import type { FastifyReply, FastifyRequest } from 'fastify';

export interface WholeAnswer {
  status: number;
  /** An object is sent as JSON; text and bytes as they are, and the handler says what they are. */
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * Writes an answer straight into the response, with the headers gathered on the way. Fastify's own way does the same
 * for a tenth of a request more: it looks for hooks and serialisers, of which there are none here.
 */
export function send(
  { status, body, headers }: WholeAnswer,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): void {
  reply.hijack();
  const { raw } = reply;
  const gathered: Record<string, string | number> = request.course.headers;
  const head = headers === undefined ? gathered : { ...gathered, ...headers };
  if (body === undefined) {
    raw.writeHead(status, head).end();
    return;
  }
  const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
  const payload = isJson ? JSON.stringify(body) : (body as string | Buffer);
  if (isJson) head['content-type'] ??= 'application/json; charset=utf-8';
  const length = Buffer.byteLength(payload);
  head['content-length'] = length;
  raw.writeHead(status, head);
  // As many bytes as characters is ASCII, which is written faster as Latin-1.
  raw.end(request.method === 'HEAD' ? undefined : payload, length === payload.length ? 'latin1' : 'utf8');
}
