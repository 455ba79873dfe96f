import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../request/request-context.ts';

/** A client that sends nothing for this time has read its answer, or never will. */
const SILENCE_MS = 500;
const DISCARDING_MAX_MS = 10_000;

/** Whether a part of its body is still to come. */
export const isArriving = ({ complete, headers }: IncomingMessage): boolean =>
  !complete && (headers['transfer-encoding'] === 'chunked' || Number(headers['content-length'] ?? 0) > 0);

/**
 * Ends an answer that was written before the body of its request was read, as the last one of its connection. A connection that
 * is closed at once is reset while the client still sends: the client then sees EPIPE instead of the refusal. So the rest is
 * discarded first. Guarded by cli/early-refusals.test.ts.
 */
export function endOnceArrived({ request, response }: Pick<RequestContext, 'request' | 'response'>): void {
  const end = (): void => {
    clearTimeout(silence);
    clearTimeout(limit);
    request.off('data', more);
    if (!response.writableEnded) response.end();
  };
  const silence = setTimeout(end, SILENCE_MS);
  const limit = setTimeout(end, DISCARDING_MAX_MS);
  const more = (): void => void silence.refresh();
  request.on('data', more);
  for (const event of ['end', 'error', 'close']) request.once(event, end);
  request.resume();
}
