import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { Fields } from './fields.ts';

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
/** For the rest of a body that is too large, so that the client gets the answer instead of a broken pipe. */
const DRAIN_LIMIT_MS = 2_000;

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly #gone = new AbortController();

  constructor(request: IncomingMessage, response: ServerResponse) {
    this.request = request;
    this.response = response;
    response.on('close', () => this.#gone.abort(new Error('the client went away')));
  }

  /** Aborted when the client disconnects, and when the answer is complete. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  /** The body as JSON. Throws 400, 413 or 415. */
  async fields(): Promise<Fields> {
    // A page of another site can send text/plain to a loopback port without a CORS preflight, but not this type.
    const type = this.request.headers['content-type'] ?? '';
    if (!/^application\/([\w.-]+\+)?json\b/i.test(type)) {
      throw new ApiError(415, 'unsupported_media_type', 'Content-Type must be application/json.');
    }
    const text = await this.#text();
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      throw new ApiError(400, 'invalid_json', 'The body is not valid JSON.');
    }
    return new Fields(body);
  }

  /** By events: an early end of a `for await` would destroy the connection, and the answer with it. */
  #text(): Promise<string> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      let timer: NodeJS.Timeout | undefined;
      const refuse = (): void => reject(tooLarge());
      const count = (added: number): void => {
        bytes += added;
        if (bytes > BODY_LIMIT_BYTES) timer ??= setTimeout(refuse, DRAIN_LIMIT_MS);
      };
      count(
        Number(this.request.headers['content-length'] ?? 0) > BODY_LIMIT_BYTES ? BODY_LIMIT_BYTES + 1 : 0,
      );
      this.request.on('data', (chunk: Buffer) => {
        count(chunk.length);
        if (bytes <= BODY_LIMIT_BYTES) chunks.push(chunk);
      });
      this.request.on('end', () => {
        clearTimeout(timer);
        if (bytes > BODY_LIMIT_BYTES) refuse();
        else resolve(Buffer.concat(chunks).toString('utf8'));
      });
      this.request.on('close', () => {
        clearTimeout(timer);
        reject(new ApiError(400, 'incomplete_body', 'The body ended early.'));
      });
      this.request.on('error', reject);
    });
  }

  json(status: number, body: object, headers: Readonly<Record<string, string>> = {}): void {
    const text = JSON.stringify(body);
    const own = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    this.response.writeHead(status, { ...own, ...headers }).end(text);
  }

  /** Sends one server-sent event; the first one begins the answer. */
  event(data: object | '[DONE]'): void {
    if (!this.response.headersSent) {
      this.response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
    }
    this.response.write(`data: ${data === '[DONE]' ? data : JSON.stringify(data)}\n\n`);
  }

  /** Answers with an error; in a stream that has begun, as its last event. */
  fail(error: ApiError): void {
    if (this.response.destroyed || this.response.writableEnded) return;
    if (!this.response.headersSent) return this.json(error.status, error.toJSON(), error.headers);
    this.event(error.toJSON());
    this.response.end();
  }
}

function tooLarge(): ApiError {
  const message = `The body is larger than ${BODY_LIMIT_BYTES} bytes.`;
  return new ApiError(413, 'body_too_large', message, { headers: { connection: 'close' } });
}
