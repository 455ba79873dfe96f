import { connect, type Socket } from 'node:net';

export interface Message {
  key: string;
  /** Of the worker, where it is not that of the key. */
  name?: string;
  /** Names in lower case. */
  headers?: Record<string, string>;
  body: unknown;
}

interface Reply {
  status: number;
  text: string;
}

const HEAD_END = '\r\n\r\n';

/** A kept-alive connection that carries one request at a time. It costs its process much less than `fetch`. */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #gathered: Buffer | undefined;
  #replied: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | undefined;

  constructor(url: string) {
    const { hostname, port, host } = new URL(url);
    this.#host = host;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#replied?.reject(error));
    this.#socket.on('close', () => this.#replied?.reject(new Error('the server closed a connection')));
  }

  /** @param name of the worker */
  post(path: string, { key, name, headers = {}, body }: Message): Promise<Reply> {
    if (this.#replied !== undefined) throw new Error('a request is on its way');
    const text = JSON.stringify(body);
    const all = { ...headers, ...(name !== undefined && { 'x-miner-id': name }) };
    const more = Object.entries(all).map(([header, value]) => `${header}: ${value}\r\n`);
    return new Promise((resolve, reject) => {
      this.#replied = { resolve, reject };
      this.#socket.write(
        `POST ${path} HTTP/1.1\r\nhost: ${this.#host}\r\nx-api-key: ${key}\r\n${more.join('')}` +
          `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}${HEAD_END}${text}`,
      );
    });
  }

  close(): void {
    this.#replied = undefined;
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    const bytes = this.#gathered === undefined ? chunk : Buffer.concat([this.#gathered, chunk]);
    this.#gathered = bytes;
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    const length = Number(/content-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    const begin = end + HEAD_END.length;
    if (bytes.length < begin + length) return;
    this.#gathered = undefined;
    const { resolve } = this.#replied ?? {};
    this.#replied = undefined;
    resolve?.({
      status: Number(head.slice(9, 12)),
      text: bytes.toString('utf8', begin, begin + length),
    });
  }
}

/** @returns the text of the answer. @throws where it is not 2xx */
export async function good(connection: Connection, path: string, message: Message): Promise<string> {
  const { status, text } = await connection.post(path, message);
  if (status < 200 || status > 299) throw new Error(`${path}: ${status} ${text}`);
  return text;
}

/** A load that waits in the kernel is woken later by a slow server than by a fast one: it must not sleep. */
export function spinUntil(isOver: () => boolean): void {
  const spin = (): void => void (isOver() || setImmediate(spin));
  spin();
}

/** What a program of this folder gets on stdin: it may hold keys. */
export async function orderOnStdin<Order>(): Promise<Order> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  return JSON.parse(text) as Order;
}
