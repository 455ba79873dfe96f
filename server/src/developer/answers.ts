import { STATUS_CODES } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { KeywardError, type ErrorCode } from '../base/errors.ts';
import type { Answer, WholeAnswer } from '../http/index.ts';

const TEXT = { 'content-type': 'text/plain; charset=utf-8' };

export const text = (status: number, body: string): WholeAnswer => ({ status, body, headers: { ...TEXT } });

/** The answer to deletions; clients compare the word. */
export const okText = (): WholeAnswer => text(200, 'OK');

/** The reason phrase of the status as plain text, such as `Bad Request`: most refusals of the Developer API. */
export const phrase = (status: number): WholeAnswer => text(status, STATUS_CODES[status] ?? String(status));

export const empty = (status: number): WholeAnswer => ({ status, headers: { 'content-length': '0' } });

export const json = (body: object, status = 200): WholeAnswer => ({ status, body });

/** `Outcome` of a change (schemas.ts). */
export const SUCCESS = json({ success: true, error: null });
export const failed = (error: string, status = 200): WholeAnswer => json({ success: false, error }, status);

/** Errors that the caller can correct; the others are answered by the surface. */
const CORRECTABLE = new Set<ErrorCode>(['invalid_input', 'not_found', 'conflict']);

export type Outcome<T> = { value: T } | { error: string };

/** The outcome of a change; where it was refused, the message for the body. */
export async function outcomeOf<T>(change: Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await change };
  } catch (error) {
    if (error instanceof KeywardError && CORRECTABLE.has(error.code)) return { error: error.message };
    throw error;
  }
}

/** `{"name": […]}`, page by page. */
export async function* listText(
  name: string,
  pages: AsyncIterable<readonly unknown[]>,
): AsyncGenerator<string> {
  let before = `{${JSON.stringify(name)}:[`;
  for await (const page of pages) {
    yield before + page.map((item) => JSON.stringify(item)).join(',');
    before = ',';
  }
  yield before === ',' ? ']}' : `${before}]}`;
}

/**
 * A long text, written as it is read and never whole in memory. The head is sent with the first piece: if that cannot be
 * read, the answer is an error.
 */
export async function streamed(type: string, pieces: AsyncGenerator<string>): Promise<Answer> {
  const first = await pieces.next();
  async function* all(): AsyncGenerator<string> {
    if (first.done !== true) yield first.value;
    yield* pieces;
  }
  return {
    stream: async (response) => {
      // The client left while the first piece was read.
      if (response.destroyed) {
        await pieces.return(undefined);
        return;
      }
      response.writeHead(200, { 'content-type': type });
      await pipeline(Readable.from(all()), response).catch((error: NodeJS.ErrnoException) => {
        // The client left.
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      });
    },
  };
}
