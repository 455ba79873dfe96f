import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Trace } from './canaries.ts';
import { afterwards } from './server.ts';

export interface Recorded {
  method: string;
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface Given {
  status: number;
  body: string;
}

/** undefined: the request goes on to the target. */
type Answer = (request: Recorded) => Given | undefined;

/** An HTTP server, or a wire before another one, that keeps every request. */
export class Recorder {
  readonly #name: string;
  readonly requests: Recorded[] = [];
  url = '';
  /** Comes before the server itself: faults. */
  fault: Answer = () => undefined;

  constructor(name: string) {
    this.#name = name;
  }

  /** @param server what it answers, or the address that it stands before */
  static async start(
    name: string,
    server: string | ((request: Recorded) => Given | Promise<Given>),
  ): Promise<Recorder> {
    const recorder = new Recorder(name);
    const http = createServer((request, response) => {
      const work = async (): Promise<void> => {
        const recorded = await recordedOf(request);
        const faulty = recorder.fault(recorded);
        recorder.requests.push(recorded);
        const answer =
          faulty ?? (typeof server === 'string' ? await passedOn(recorded, server) : await server(recorded));
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
      };
      void work().catch(() => response.destroy());
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    afterwards(() => {
      http.closeAllConnections();
      http.close();
    });
    recorder.url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    return recorder;
  }

  /** Everything that was sent to it. @param allowed canaries that belong into a body or header; none belongs into an address */
  traces(allowed: readonly string[], isMeant: (request: Recorded) => boolean = () => true): Trace[] {
    return this.requests.flatMap((request) => {
      const where = `${request.method} ${request.url} to ${this.#name}`;
      const rest = JSON.stringify([request.headers, request.body]);
      return [
        { where, bytes: Buffer.from(request.url) },
        { where, bytes: Buffer.from(rest), allowed: isMeant(request) ? allowed : [] },
      ];
    });
  }
}

async function recordedOf(request: IncomingMessage): Promise<Recorded> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const body = Buffer.concat(chunks).toString();
  return { method: request.method ?? '', url: request.url ?? '', headers, body };
}

async function passedOn({ method, url, headers, body }: Recorded, target: string): Promise<Given> {
  const { host: _, connection: __, 'content-length': ___, ...rest } = headers;
  const answer = await fetch(target + url, { method, headers: rest, ...(body === '' ? {} : { body }) });
  return { status: answer.status, body: await answer.text() };
}
