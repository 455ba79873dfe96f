import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request on a connection of its own, whose body is sent in pieces. */
export interface OpenRequest {
  /** A piece of the body. */
  send(piece: string | Buffer): void;
  /** The last piece, and the end of the body. */
  end(piece?: string | Buffer): void;
  /** What has come back up to now, as text. */
  received(): string;
  /** All of it, once the connection has ended. */
  readonly closed: Promise<string>;
  readonly socket: Socket;
}

interface OpenRequestOptions {
  method?: string;
  path: string;
  /** null: none is sent. */
  key: string | null;
  type?: string;
  headers?: Record<string, string>;
}

/** Begins a request with a chunked body, of which nothing is sent yet. */
export function openRequest(
  { port }: { port: number },
  { method = 'POST', path, key, type = 'application/json', headers = {} }: OpenRequestOptions,
): OpenRequest {
  const pieces: Buffer[] = [];
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('data', (piece) => pieces.push(piece));
  socket.on('error', () => undefined);
  const text = (): string => Buffer.concat(pieces).toString('utf8');
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text())));
  const lines = Object.entries({
    host: 'localhost',
    ...(key === null ? {} : { authorization: `Bearer ${key}` }),
    'content-type': type,
    'transfer-encoding': 'chunked',
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const send = (piece: string | Buffer): void => {
    const bytes = Buffer.from(piece);
    if (bytes.length === 0 || socket.destroyed) return;
    socket.write(
      Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]),
    );
  };
  const end = (piece: string | Buffer = ''): void => {
    send(piece);
    if (!socket.destroyed) socket.write('0\r\n\r\n');
  };
  return { send, end, received: text, closed, socket };
}

/** The status of an answer that came back on a connection. */
export const statusOf = (text: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0);
