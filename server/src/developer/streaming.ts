import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from '../http/index.ts';

/** `{"name": […]}` of what comes in pages. */
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
 * A long text, written as it is read and never whole in memory. Its first piece is waited for before the head is sent:
 * what cannot be read at all is still answered with an error.
 */
export async function streamed(type: string, pieces: AsyncGenerator<string>): Promise<Answer> {
  const first = await pieces.next();
  async function* all(): AsyncGenerator<string> {
    if (first.done !== true) yield first.value;
    yield* pieces;
  }
  return {
    stream: async (response) => {
      // Gone while the first piece was read.
      if (response.destroyed) {
        await pieces.return(undefined);
        return;
      }
      response.writeHead(200, { 'content-type': type });
      await pipeline(Readable.from(all()), response).catch((error: NodeJS.ErrnoException) => {
        // The client went away: nobody is left to tell.
        if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
      });
    },
  };
}
