import { ServerResponse, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { isObject } from '../../base/is-object.ts';

/**
 * For HEAD: a response that takes the head of an answer which is written as it is made, and is closed from then on. The
 * caller gets that head, and the answer ends; one that is followed, such as a live list, would go on for ever without a
 * body. Guarded by head-requests.test.ts.
 */
export class HeadOnly extends ServerResponse {
  readonly #to: ServerResponse;

  constructor(request: IncomingMessage, to: ServerResponse) {
    super(request);
    this.#to = to;
    // What is written after the head.
    this.on('error', () => undefined);
    to.on('close', () => this.destroy());
  }

  /** @param rest a reason and headers, or headers. */
  override writeHead(status: number, ...rest: unknown[]): this {
    const headers = rest.find((one): one is OutgoingHttpHeaders => isObject(one));
    if (!this.#to.headersSent) this.#to.writeHead(status, { ...this.getHeaders(), ...headers }).end();
    return this.destroy();
  }

  override flushHeaders(): void {
    this.writeHead(this.statusCode);
  }

  override write(): boolean {
    this.writeHead(this.statusCode);
    return true;
  }

  override end(): this {
    return this.writeHead(this.statusCode);
  }
}
