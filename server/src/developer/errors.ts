import type { ErrorCode, KeywardError } from '../base/errors.ts';
import type { ErrorAnswer } from '../http/index.ts';

const TEXT = 'text/plain; charset=utf-8';
const HTML = 'text/html; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';

const NO_KEY = 'No valid api key found.';

/** Answers whose words clients of the Developer API expect. */
const FIXED: Partial<Record<ErrorCode, { status: number; type: string; body: unknown }>> = {
  missing_key: { status: 403, type: JSON_TYPE, body: { error: NO_KEY } },
  invalid_key: { status: 403, type: JSON_TYPE, body: { error: NO_KEY } },
  conflicting_credentials: { status: 403, type: JSON_TYPE, body: { error: NO_KEY } },
  bad_request: { status: 400, type: HTML, body: '<!DOCTYPE html><pre>The request cannot be read.</pre>\n' },
  internal: { status: 500, type: TEXT, body: 'Internal Server Error' },
};

/**
 * Errors as clients of the Developer API expect them: 403 for every bad key, HTML for an unreadable body, a plain phrase for
 * internal errors, `{ error }` for the rest. A route with answers of its own gives them itself.
 */
export function developerShape(error: KeywardError): ErrorAnswer {
  const { hint, headers = {} } = error.extras;
  const fixed = FIXED[error.code];
  const message = hint === undefined ? error.message : `${error.message} ${hint}`;
  const { status, type, body } = fixed ?? { status: error.status, type: JSON_TYPE, body: { error: message } };
  return { status, headers: { ...headers, 'content-type': type }, body };
}
