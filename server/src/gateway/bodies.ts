import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { KeywardError } from '../base/errors.ts';
import {
  BODY_MAX_BYTES,
  IMPORT_MAX_BYTES,
  LENIENT_BODY_MAX_BYTES,
  MODEL_BODY_MAX_BYTES,
  parseJson,
} from './body.ts';
import { parseLenient } from './developer/lenient-body.ts';
import type { Route } from './route.ts';

/** A body as the handlers get it: whole bytes and what they mean, or what is still to be read. */
export interface ReadBody {
  bytes?: Buffer;
  value?: unknown;
  stream?: IncomingMessage;
}

type Use = (error: unknown, body: ReadBody) => void;

const LIMITS = {
  json: BODY_MAX_BYTES,
  passthrough: MODEL_BODY_MAX_BYTES,
  ndjson: IMPORT_MAX_BYTES,
  lenient: LENIENT_BODY_MAX_BYTES,
  upload: Infinity,
};

export const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/i;
const FORM_TYPE = /^multipart\/form-data\b/i;
const LINES_TYPE = /^application\/(?:x-)?(?:ndjson|jsonl)\b/i;

const NOTHING: ReadBody = {};

/**
 * Reads the body that a route takes, and calls `use` once: at once where there is none. Never, where the caller goes away
 * before its end. Fastify's own reading is not used: its parsers cost a tenth of a small request (server.ts).
 */
export function receive(request: FastifyRequest, declared: Route, use: Use): void {
  const { method, bodyKind = 'json', bodyMaxBytes = LIMITS[bodyKind] } = declared;
  const { headers, raw } = request;
  const length = Number(headers['content-length'] ?? 0);
  const isEmpty = length === 0 && headers['transfer-encoding'] === undefined;
  const isStream = bodyKind === 'ndjson' || bodyKind === 'upload';
  if (isEmpty || method === 'GET') return use(undefined, isStream ? { stream: raw } : NOTHING);
  const type = headers['content-type'] ?? '';
  const isJson = JSON_TYPE.test(type);
  const problem =
    refusal(headers, { type, isJson, bodyKind }) ??
    (length > bodyMaxBytes ? tooLarge(bodyMaxBytes) : undefined);
  if (problem !== undefined) return use(hangUp(request, problem), NOTHING);
  if (isStream) return use(undefined, { stream: raw });
  collect(request, bodyMaxBytes, (error, bytes) => {
    try {
      if (error !== undefined) use(hangUp(request, error), NOTHING);
      else if (bodyKind === 'lenient') use(undefined, { bytes, value: parseLenient(bytes, type) });
      else if (!isJson) use(undefined, { bytes });
      else use(undefined, { bytes, value: parseJson(bytes, { refuseNul: bodyKind === 'json' }) });
    } catch (thrown) {
      use(thrown, NOTHING);
    }
  });
}

function refusal(
  headers: IncomingMessage['headers'],
  { type, isJson, bodyKind }: { type: string; isJson: boolean; bodyKind: keyof typeof LIMITS },
): KeywardError | undefined {
  if (bodyKind === 'lenient' || bodyKind === 'upload') return unpacked(headers);
  const isLines = LINES_TYPE.test(type);
  if (!isJson && !isLines && !FORM_TYPE.test(type)) return wrongType('is not understood', 'application/json');
  if (isLines !== (bodyKind === 'ndjson')) {
    return wrongType('is not taken here', isLines ? 'application/json' : 'application/x-ndjson');
  }
  if (!isJson && !isLines && bodyKind !== 'passthrough')
    return wrongType('is not taken here', 'application/json');
  return unpacked(headers);
}

function unpacked(headers: IncomingMessage['headers']): KeywardError | undefined {
  if ((headers['content-encoding'] ?? 'identity') === 'identity') return undefined;
  return new KeywardError('unsupported_media_type', 'A packed body is not taken.', {
    hint: 'Send it without Content-Encoding.',
  });
}

const wrongType = (why: string, wanted: string): KeywardError =>
  new KeywardError('unsupported_media_type', `The content type ${why}.`, {
    hint: `Send Content-Type: ${wanted}.`,
  });

const MIB = 1024 * 1024;

const tooLarge = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', 'The body is larger than this endpoint takes.', {
    hint: `The limit is ${maxBytes < MIB ? `${maxBytes / 1024} KiB` : `${maxBytes / MIB} MiB`}.`,
  });

/** What is left of a refused body is not worth reading: the connection ends with the answer. */
function hangUp({ course, raw }: FastifyRequest, error: KeywardError): KeywardError {
  course.headers.connection = 'close';
  raw.resume();
  return error;
}

const NO_BYTES = Buffer.alloc(0);

function collect(
  { raw }: FastifyRequest,
  maxBytes: number,
  done: (error: KeywardError | undefined, bytes: Buffer) => void,
): void {
  let first: Buffer | undefined;
  let more: Buffer[] | undefined;
  let size = 0;
  const take = (chunk: Buffer): void => {
    size += chunk.length;
    if (size > maxBytes) {
      stop();
      done(tooLarge(maxBytes), NO_BYTES);
    } else if (first === undefined) first = chunk;
    else (more ??= [first]).push(chunk);
  };
  const end = (): void => done(undefined, more === undefined ? (first ?? NO_BYTES) : Buffer.concat(more));
  const stop = (): void => {
    raw.off('data', take);
    raw.off('end', end);
  };
  raw.on('data', take);
  raw.on('end', end);
  // Whoever breaks off hears nothing more; what the request holds is let go of at its end (course.ts).
  raw.on('error', stop);
}
