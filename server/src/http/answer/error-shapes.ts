import { STATUS_CODES } from 'node:http';
import { ERROR_CODES, KeywardError, type ErrorCode } from '../../base/errors.ts';
import { storageFailure } from '../../storage/index.ts';

export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Anything thrown as the one error type; an unknown error becomes `internal`, with its cause in the log. */
export function toKeywardError(error: unknown): KeywardError {
  if (error instanceof KeywardError) return error;
  const storage = storageFailure(error);
  if (storage !== undefined) return storage;
  return new KeywardError('internal', 'Internal error of Keyward.', {
    hint: 'Look for this request id in the server log.',
    cause: error,
  });
}

/** The headers of the error, with the challenge of RFC 6750. */
export function challengeHeaders(error: KeywardError): Record<string, string> {
  return { ...challenge(error), ...error.extras.headers };
}

function challenge(error: KeywardError): Record<string, string> {
  const realm = 'Bearer realm="keyward"';
  if (error.code === 'missing_key') return { 'www-authenticate': realm };
  if (error.code === 'invalid_key') return { 'www-authenticate': `${realm}, error="invalid_token"` };
  if (error.code !== 'insufficient_scope') return {};
  const scope = error.extras.details?.scope;
  return {
    'www-authenticate': `${realm}, error="insufficient_scope"${typeof scope === 'string' ? `, scope="${scope}"` : ''}`,
  };
}

/** The last event of an event stream, as clients of the OpenAI API read it. */
export const errorEvent = ({ message, code, status }: KeywardError): object => ({
  error: {
    message,
    type: status === 401 ? 'authentication_error' : 'invalid_request_error',
    param: null,
    code,
  },
});

/** RFC 9457: the shape of errors where no surface has one of its own. */
export function problemShape(error: KeywardError, requestId: string): ErrorAnswer {
  const { hint, errors, details } = error.extras;
  return {
    status: error.status,
    headers: { ...challengeHeaders(error), 'content-type': 'application/problem+json; charset=utf-8' },
    body: {
      type: `urn:keyward:error:${error.code}`,
      title: ERROR_CODES[error.code].title,
      status: error.status,
      detail: error.message,
      code: error.code,
      hint: hint ?? null,
      request_id: requestId,
      ...(errors === undefined ? {} : { errors }),
      ...details,
    },
  };
}

/** The same as raw HTTP, for a message that could not be parsed. */
export function rawError(
  code: ErrorCode,
  detail: string,
  { requestId, status, allow }: { requestId: string; status?: number; allow?: string },
): string {
  const error = new KeywardError(code, detail, {
    hint: 'GET /openapi.json lists all endpoints.',
    ...(status === undefined ? {} : { status }),
    headers: {
      connection: 'close',
      'x-request-id': requestId,
      'x-content-type-options': 'nosniff',
      ...(allow === undefined ? {} : { allow }),
    },
  });
  const { headers, body } = problemShape(error, requestId);
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text) });
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ].join('\r\n');
}
