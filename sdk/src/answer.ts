import { failureCode, KeywardApiError, KeywardConnectionError } from './errors.ts';
import { orAborted } from './abort.ts';

/** What an answer was asked with. */
interface Asked {
  url: string;
  signal: AbortSignal | undefined;
}

interface Limits {
  request: Asked;
  limitMs: number;
  /** Called when nothing more will be read; perhaps more than once. */
  leave: () => void;
}

type Body = ReadableStream<Uint8Array>;
type Piece = { done: true; value?: undefined } | { done: false; value: Uint8Array };

/**
 * The same answer, whose body ends with an error when the server falls silent, breaks off, or the caller goes away.
 * An answer that is read as a whole, as almost all are, is read without a second stream and a second `Response`.
 */
export function limited(response: Response, limits: Limits): Response {
  const { body } = response;
  if (body === null) return response;
  let other: Response | undefined;
  let isRead = false;
  const streamed = (): Response =>
    (other ??= isRead ? response : withBody(response, limitedBody(body, limits)));
  const text = async (): Promise<string> => {
    if (isRead || other !== undefined) return Response.prototype.text.call(streamed());
    isRead = true;
    return textOf(reading(body, limits));
  };
  const json = async (): Promise<unknown> => JSON.parse(await text());
  const asStream = <R>(read: (from: Response) => R) => ({ value: () => read(streamed()) });
  const proto = Response.prototype;
  return Object.defineProperties(response, {
    text: { value: text },
    json: { value: json },
    body: { get: () => (isRead ? body : streamed().body) },
    bodyUsed: { get: () => isRead || other?.bodyUsed === true },
    arrayBuffer: asStream((from) => proto.arrayBuffer.call(from)),
    blob: asStream((from) => proto.blob.call(from)),
    bytes: asStream((from) => proto.bytes.call(from)),
    formData: asStream((from) => proto.formData.call(from)),
    clone: asStream((from) => proto.clone.call(from)),
  });
}

function withBody({ status, statusText, headers, url }: Response, body: Body): Response {
  return Object.defineProperty(new Response(body, { status, statusText, headers }), 'url', { value: url });
}

async function textOf({ next }: Reading): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await next();
    if (done) return text + decoder.decode();
    text += decoder.decode(value, { stream: true });
  }
}

function limitedBody(body: Body, limits: Limits): Body {
  const { next, cancel } = reading(body, limits);
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await next();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (error) {
          controller.error(error);
        }
      },
      cancel,
    },
    { highWaterMark: 0 },
  );
}

interface Reading {
  /** @throws KeywardConnectionError, or the reason of the caller's signal */
  next: () => Promise<Piece>;
  cancel: (reason: unknown) => Promise<void>;
}

/** Piece by piece. Asked only when somebody reads: a caller who takes its time is not the server's silence. */
function reading(body: Body, { request, limitMs, leave }: Limits): Reading {
  const reader = body.getReader();
  return {
    async next() {
      let isSilent = false;
      const timer = setTimeout(() => {
        isSilent = true;
        // A read that waits then ends at once.
        void reader.cancel().catch(() => undefined);
      }, limitMs);
      try {
        const signals = request.signal === undefined ? [] : [request.signal];
        const piece = (await orAborted(reader.read(), signals)) as Piece;
        if (isSilent) throw timedOut(request);
        if (piece.done) leave();
        return piece;
      } catch (error) {
        leave();
        void reader.cancel().catch(() => undefined);
        throw brokenOff(error, request);
      } finally {
        clearTimeout(timer);
      }
    },
    cancel(reason) {
      leave();
      return reader.cancel(reason);
    },
  };
}

/** The address without what may be secret in it. */
export function placeOf({ url }: { url: string }): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}

export const timedOut = (request: Asked): KeywardConnectionError =>
  new KeywardConnectionError(placeOf(request), 'timeout');

/** What is thrown where the reading of an answer failed: what the server said, the caller's own reason, or the connection. */
export function brokenOff(error: unknown, { url, signal }: Asked): unknown {
  if (error instanceof KeywardApiError || error instanceof KeywardConnectionError) return error;
  if (signal?.aborted === true) return signal.reason;
  return new KeywardConnectionError(placeOf({ url }), failureCode(error), 'broke off its answer');
}

/** An answer that came to its end before it was whole. */
export const cutOff = (response: Response): KeywardConnectionError =>
  new KeywardConnectionError(placeOf(response), 'broken_off', 'broke off its answer');
