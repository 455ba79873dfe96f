import { developerShape } from './developer/errors.ts';
import { STATUS_CODES } from 'node:http';
import { ERROR_CODES, KeywardError } from '../base/errors.ts';
import type { ErrorCode } from '../base/errors.ts';
import { storageFailure } from '../storage/index.ts';

export type Surface = 'problem' | 'openai' | 'developer';

export interface ErrorAnswer {
  status: number;
  headers: Record<string, string>;
  body: unknown;
}

/** Whatever was thrown, as the one error type. What is not ours to explain is `internal`; its cause goes to the log. */
export function toKeywardError(error: unknown): KeywardError {
  if (error instanceof KeywardError) return error;
  const storage = storageFailure(error);
  if (storage !== undefined) return storage;
  return new KeywardError('internal', 'Something went wrong in Keyward.', {
    hint: 'The server log has more, under this request id.',
    cause: error,
  });
}

/** RFC 6750: what a refused caller is told about its credentials. */
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

export function formatError(error: KeywardError, surface: Surface, requestId: string): ErrorAnswer {
  const headers = { ...challenge(error), ...error.extras.headers };
  if (surface === 'developer') return developerShape(error);
  return surface === 'openai' ? openaiShape(error, headers) : problemShape(error, headers, requestId);
}

function problemShape(error: KeywardError, headers: Record<string, string>, requestId: string): ErrorAnswer {
  const { hint, errors, details } = error.extras;
  return {
    status: error.status,
    headers: { ...headers, 'content-type': 'application/problem+json; charset=utf-8' },
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

const OPENAI_TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

function openaiShape(error: KeywardError, headers: Record<string, string>): ErrorAnswer {
  const { hint, errors } = error.extras;
  const type = error.status >= 500 ? 'server_error' : (OPENAI_TYPES[error.status] ?? 'invalid_request_error');
  const message = hint === undefined ? error.message : `${error.message} ${hint}`;
  return {
    status: error.status,
    headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
    body: { error: { message, type, param: errors?.[0]?.field ?? paramOf(error), code: error.code } },
  };
}

const paramOf = (error: KeywardError): string | null => (error.code === 'model_not_found' ? 'model' : null);

/** The same for an HTTP message that could not even be parsed: there is no request to answer by the usual way. */
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
  const { headers, body } = formatError(error, 'problem', requestId);
  const text = JSON.stringify(body);
  const lines = Object.entries({ ...headers, 'content-length': Buffer.byteLength(text) });
  return [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    ...lines.map(([name, value]) => `${name}: ${value}`),
    '',
    text,
  ].join('\r\n');
}
