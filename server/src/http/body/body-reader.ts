import type { IncomingMessage } from 'node:http';
import { KeywardError } from '../../base/errors.ts';
import { parseText, textOf } from '../../base/forms/json-body.ts';
import { refuseRepeatedNames } from '../../base/forms/repeated-names.ts';
import { checkForm, checkMembers, type FormPart } from '../../models/index.ts';
import {
  BODY_MAX_BYTES,
  IMPORT_MAX_BYTES,
  LENIENT_BODY_MAX_BYTES,
  MODEL_BODY_MAX_BYTES,
} from './body-limits.ts';
import type { RequestContext } from '../request/request-context.ts';
import { FORM_TYPE, readForm } from './form.ts';
import type { Route } from '../route.ts';

/** A body: its bytes and their value, or an unread stream. */
export interface ReadBody {
  bytes?: Buffer;
  value?: unknown;
  /** On routes that take forms, where a form came. */
  form?: FormPart[];
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
const LINES_TYPE = /^application\/(?:x-)?(?:ndjson|jsonl)\b/i;

const NOTHING: ReadBody = {};

/**
 * Reads a body and calls `use` once; synchronously without a body, never if the caller disconnects before its end.
 */
export function receive(context: RequestContext, declared: Route, use: Use): void {
  const { method, bodyKind = 'json', bodyMaxBytes = LIMITS[bodyKind] } = declared;
  const { request } = context;
  const { headers } = request;
  const length = Number(headers['content-length'] ?? 0);
  const isEmpty = length === 0 && headers['transfer-encoding'] === undefined;
  const isStream = bodyKind === 'ndjson' || bodyKind === 'upload';
  if (isEmpty || method === 'GET') return use(undefined, isStream ? { stream: request } : NOTHING);
  const type = headers['content-type'] ?? '';
  const problem =
    refusal(headers, declared, type) ?? (length > bodyMaxBytes ? tooLarge(bodyMaxBytes) : undefined);
  if (problem !== undefined) return use(hangUp(context, problem), NOTHING);
  if (isStream) return use(undefined, { stream: request });
  collect(request, bodyMaxBytes, (error, bytes) => {
    try {
      if (error !== undefined) return use(hangUp(context, error), NOTHING);
      if (!FORM_TYPE.test(type) || declared.takesForm !== true)
        return use(undefined, { bytes, value: meaning(bytes, declared, type) });
      formIn(bytes, declared, type).then(
        (form) => use(undefined, { bytes, form }),
        (thrown: unknown) => use(thrown, NOTHING),
      );
    } catch (thrown) {
      use(thrown, NOTHING);
    }
  });
}

async function formIn(bytes: Buffer, { namesModel }: Route, type: string): Promise<FormPart[]> {
  const form = await readForm(bytes, type);
  if (namesModel === true) checkForm(form);
  return form;
}

/** A body as a value. @throws KeywardError `bad_request`, `too_large`, `invalid_input` */
function meaning(bytes: Buffer, { bodyKind = 'json', namesModel, surface }: Route, type: string): unknown {
  if (bodyKind === 'lenient') return checked(surface.readLenient?.(bytes, type), namesModel);
  const text = textOf(bytes);
  const value = parseText(text, { refuseNul: bodyKind === 'json' });
  if (bodyKind === 'passthrough') refuseRepeatedNames(text, value);
  return checked(value, namesModel);
}

function checked(value: unknown, namesModel: true | undefined): unknown {
  if (namesModel === true && typeof value === 'object' && value !== null) checkMembers(value);
  return value;
}

function refusal(
  headers: IncomingMessage['headers'],
  { bodyKind = 'json', takesForm }: Route,
  type: string,
): KeywardError | undefined {
  if (bodyKind === 'lenient' || bodyKind === 'upload') return unpacked(headers);
  const isLines = LINES_TYPE.test(type);
  const isForm = FORM_TYPE.test(type);
  const wanted = bodyKind === 'ndjson' ? 'application/x-ndjson' : 'application/json';
  if (!JSON_TYPE.test(type) && !isLines && !isForm) return wrongType('is not supported', wanted);
  if (isLines !== (bodyKind === 'ndjson') || (isForm && takesForm !== true))
    return wrongType('is not supported by this endpoint', wanted);
  return unpacked(headers);
}

function unpacked(headers: IncomingMessage['headers']): KeywardError | undefined {
  if ((headers['content-encoding'] ?? 'identity') === 'identity') return undefined;
  return new KeywardError('unsupported_media_type', 'Compressed request bodies are not supported.', {
    hint: 'Send the body uncompressed, without Content-Encoding.',
  });
}

const wrongType = (why: string, wanted: string): KeywardError =>
  new KeywardError('unsupported_media_type', `The content type ${why}.`, {
    hint: `Send Content-Type: ${wanted}.`,
  });

const MIB = 1024 * 1024;

const tooLarge = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', 'The body is larger than the limit of this endpoint.', {
    hint: `The limit is ${maxBytes < MIB ? `${maxBytes / 1024} KiB` : `${maxBytes / MIB} MiB`}.`,
  });

/** The rest of a refused body is not read: the connection ends with the answer. */
function hangUp({ headers, request }: RequestContext, error: KeywardError): KeywardError {
  headers.connection = 'close';
  request.resume();
  return error;
}

const NO_BYTES = Buffer.alloc(0);

function collect(
  request: IncomingMessage,
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
    request.off('data', take);
    request.off('end', end);
  };
  request.on('data', take);
  request.on('end', end);
  // The caller has disconnected: what the request holds is released at its end (request-context.ts).
  request.on('error', stop);
}
