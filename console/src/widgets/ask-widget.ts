import { KeywardApiError, readEvents, unwrap } from '@keyward/sdk';
import { client } from '../api/client.ts';

interface Frame {
  type?: string;
  textResponse?: string | null;
  error?: unknown;
  errorMsg?: string;
}

/** Asks as a page with the widget does. Gives the answer as it comes. @throws also with what a visitor would be told */
export async function* askWidget(
  uuid: string,
  { sessionId, message }: { sessionId: string; message: string },
  signal: AbortSignal,
): AsyncGenerator<string> {
  const events = (await unwrap(
    client.POST('/api/embed/{uuid}/stream-chat', {
      params: { path: { uuid } },
      body: { sessionId, message },
      parseAs: 'stream',
      signal,
    }),
  )) as unknown as ReadableStream<Uint8Array>;
  for await (const { data } of readEvents(events)) {
    const { type, textResponse, error, errorMsg } = JSON.parse(data) as Frame;
    if (type === 'abort') throw new Error(errorMsg ?? String(error));
    if (typeof textResponse === 'string') yield textResponse;
  }
}

/** The server answers a page that may not show the widget with 401. */
export const isOtherSite = (error: unknown): boolean =>
  error instanceof KeywardApiError && error.status === 401;
