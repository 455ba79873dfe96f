import type { Readable } from 'node:stream';
import { KeywardError } from '../base/errors.ts';
import type { ForwardRequest } from './forward.ts';
import { rewriteBody } from './request-body.ts';

const STREAM_MAX_BYTES = 32 * 1024 * 1024;
const NAME_SEARCH_BYTES = 1024;

/** The body as the upstream gets it: with its own name for the model. */
export async function renamedBody(
  request: ForwardRequest,
  upstreamModel: string,
  includeUsage: boolean,
): Promise<Buffer | Readable> {
  const { body, parsed, model } = request;
  if (parsed !== undefined && Buffer.isBuffer(body)) {
    return rewriteBody({ body, parsed, upstreamModel, includeUsage });
  }
  if (model === upstreamModel) return body;
  return renameInForm(Buffer.isBuffer(body) ? body : await readAll(body), upstreamModel);
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    if (bytes > STREAM_MAX_BYTES) throw new KeywardError('too_large', 'The request is larger than 32 MiB.');
  }
  return Buffer.concat(chunks);
}

/** Replaces the value of the field `model` in a multipart form; all else stays as it is. */
function renameInForm(body: Buffer, upstreamModel: string): Buffer {
  const boundaryEnd = body.indexOf('\r\n');
  const boundary = body.subarray(0, boundaryEnd);
  for (let at = boundaryEnd; at !== -1; at = body.indexOf(boundary, at + 2)) {
    const headEnd = body.indexOf('\r\n\r\n', at);
    if (headEnd === -1) break;
    const head = body.toString('latin1', at, Math.min(headEnd, at + NAME_SEARCH_BYTES));
    if (!/content-disposition:[^\r\n]*[;\s]name="?model"?(?=[;\r\n]|$)/i.test(head)) continue;
    const valueEnd = body.indexOf(Buffer.concat([Buffer.from('\r\n'), boundary]), headEnd + 2);
    if (valueEnd === -1) break;
    return Buffer.concat([
      body.subarray(0, headEnd + 4),
      Buffer.from(upstreamModel),
      body.subarray(valueEnd),
    ]);
  }
  throw new KeywardError('bad_request', 'The form has no field "model" that can be read.');
}
