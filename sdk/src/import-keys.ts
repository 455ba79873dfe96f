import { apiError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import { readLines } from './sse.ts';
import { Outgoing, streamed, type CallOptions, type Connection } from './transport.ts';

/** What became of a line. */
export type ImportOutcome = components['schemas']['ImportOutcome'];

/** NDJSON, a key a line: a text, a file, or pieces that may end anywhere. */
export type KeySource = string | Blob | AsyncIterable<Uint8Array | string>;

export function importKeys(
  connection: Connection,
  source: KeySource,
  { signal }: CallOptions = {},
): AsyncGenerator<ImportOutcome> {
  const request = async (): Promise<Outgoing> => {
    // The types of browsers do not know `duplex`, without which Node streams nothing.
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: await bodyOf(source),
      duplex: 'half' as const,
      ...(signal === undefined ? {} : { signal }),
    };
    return new Outgoing(`${connection.url}/v1/keys/import`, init);
  };
  return streamed(connection, request, outcomesOf);
}

async function* outcomesOf(response: Response): AsyncGenerator<ImportOutcome> {
  for await (const line of readLines(response.body)) {
    if (line === '') continue;
    const outcome = JSON.parse(line) as ImportOutcome;
    if (outcome.outcome === 'broken_off') throw apiError(outcome, response);
    yield outcome;
  }
}

/** Browsers stream no request over HTTP/1.1: there the pieces become a file first. */
async function bodyOf(source: KeySource): Promise<string | Blob | ReadableStream<Uint8Array>> {
  if (typeof source === 'string' || source instanceof Blob) return source;
  const stream = streamOf(source);
  return streamsRequests() ? stream : new Response(stream).blob();
}

function streamsRequests(): boolean {
  const { process } = globalThis as { process?: { versions?: { node?: string } } };
  return process?.versions?.node !== undefined;
}

/** `ReadableStream.from`, which browsers do not have. */
function streamOf(source: AsyncIterable<Uint8Array | string>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const encoder = new TextEncoder();
  const iterator = source[Symbol.asyncIterator]();
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (done === true) controller.close();
        else
          controller.enqueue(
            typeof value === 'string' ? encoder.encode(value) : (value as Uint8Array<ArrayBuffer>),
          );
      },
      async cancel() {
        await iterator.return?.();
      },
    },
    { highWaterMark: 0 },
  );
}
