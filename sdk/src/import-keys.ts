import { apiError } from './errors.ts';
import type { components } from './generated/openapi.d.ts';
import { readLines } from './sse.ts';
import { brokenOff } from './transport.ts';
import type { Send } from './transport.ts';

export type ImportOutcome = components['schemas']['ImportOutcome'];

const FIRST_BYTE_TIMEOUT_MS = 600_000;

/**
 * Sends NDJSON, a key a line, and gives the outcome of each as it comes. Nothing is held in memory.
 * @throws KeywardApiError also when the server breaks off; what was reported before it is stored.
 */
export async function* importKeys(
  { send, url }: { send: Send; url: string },
  source: AsyncIterable<Uint8Array | string>,
  { signal }: { signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ImportOutcome> {
  const request = new Request(`${url}/v1/keys/import`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: ReadableStream.from(encoded(source)),
    duplex: 'half',
    ...(signal === undefined ? {} : { signal }),
  });
  const response = await send(request, { timeoutMs: FIRST_BYTE_TIMEOUT_MS });
  if (response.body === null) return;
  try {
    for await (const line of readLines(response.body as AsyncIterable<Uint8Array>)) {
      if (line === '') continue;
      const outcome = JSON.parse(line) as ImportOutcome;
      if (outcome.outcome === 'broken_off') throw apiError(outcome, response);
      yield outcome;
    }
  } catch (error) {
    throw brokenOff(error, request);
  }
}

async function* encoded(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of source) yield typeof piece === 'string' ? encoder.encode(piece) : piece;
}
