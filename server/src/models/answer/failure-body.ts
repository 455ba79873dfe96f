import type { IncomingHttpHeaders } from 'node:http';
import { decoderFor } from '../../base/decoders.ts';
import { decodeWhole } from './decoding.ts';
import { errorObject } from './messages-error.ts';
import type { Scrub } from '../upstreams/scrubber.ts';

/** Decompressed. */
const BODY_MAX_BYTES = 256 * 1024;

interface FailureBody {
  contentType: string;
  bytes: Buffer;
}

interface Received {
  status: number;
  headers: IncomingHttpHeaders;
  /** It was cut off, by Keyward or by the upstream. */
  isCut: boolean;
  body: Buffer;
}

/**
 * The body of an upstream's error without secrets. One that cannot be read is replaced: compressed in an unknown way, in UTF-16, or
 * incomplete JSON.
 */
export async function failureBody(
  received: Received,
  { scrubber, path }: { scrubber: Scrub; path: string },
): Promise<FailureBody> {
  const { status, isCut } = received;
  const contentType = received.headers['content-type'] ?? '';
  const text = await textOf(received);
  if (text === undefined) return replacement(status, path);
  if (text.trim() === '') return isCut ? replacement(status, path) : { contentType, bytes: Buffer.alloc(0) };
  try {
    const value: unknown = JSON.parse(text);
    const safe = JSON.stringify(scrubber.json(value));
    // Unchanged if nothing is removed, from the value and from the text: a repeated name is in the text only.
    const isSafe = safe === JSON.stringify(value) && scrubber.text(text) === text;
    return { contentType: contentType || 'application/json', bytes: Buffer.from(isSafe ? text : safe) };
  } catch {
    if (isCut || /json/i.test(contentType)) return replacement(status, path);
    return { contentType, bytes: Buffer.from(scrubber.text(text)) };
  }
}

async function textOf({ headers, body }: Received): Promise<string | undefined> {
  if (/charset\s*=\s*"?utf-?(16|32)/i.test(headers['content-type'] ?? '')) return undefined;
  const encoding = headers['content-encoding'];
  const decoder = decoderFor(encoding);
  const isPlain = /^(identity)?$/i.test(encoding?.trim() ?? '');
  if (decoder === undefined && !isPlain) return undefined;
  try {
    const bytes = decoder === undefined ? body : await decodeWhole(decoder, body, BODY_MAX_BYTES);
    const text = new TextDecoder('utf-8', { ignoreBOM: false }).decode(bytes.subarray(0, BODY_MAX_BYTES));
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Replaces an error that cannot be passed on. */
function replacement(status: number, path: string): FailureBody {
  const message = `The upstream answered ${status} without a readable error.`;
  const body = errorObject(path, { message, type: 'upstream_error', param: null, code: 'upstream_error' });
  return { contentType: 'application/json', bytes: Buffer.from(JSON.stringify(body)) };
}
