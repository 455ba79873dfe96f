/** One field that the server found wrong. */
export interface FieldError {
  field: string;
  message: string;
}

interface ApiErrorParts {
  url: string;
  status: number;
  code: string;
  message: string;
  hint: string | null;
  errors: FieldError[];
  requestId: string | null;
  retryAfterSeconds: number | null;
  details: Record<string, unknown>;
}

/** The server has answered, and the answer is no. The key that was used is in none of its members. */
export class KeywardApiError extends Error {
  /** What was asked, without its query. */
  readonly url: string;
  /** HTTP status; that of the answer which broke off, where an error came inside a stream. */
  readonly status: number;
  /** The server's code, such as `insufficient_scope`; `unknown` where something else has answered. */
  readonly code: string;
  /** What to do about it. */
  readonly hint: string | null;
  readonly errors: FieldError[];
  readonly requestId: string | null;
  /** When to try again, where the server says so. */
  readonly retryAfterSeconds: number | null;
  /** Further members of the error, such as `key_id` of an `idempotent_repeat`. */
  readonly details: Record<string, unknown>;

  constructor({ message, ...parts }: ApiErrorParts) {
    super(message);
    this.name = 'KeywardApiError';
    this.url = parts.url;
    this.status = parts.status;
    this.code = parts.code;
    this.hint = parts.hint;
    this.errors = parts.errors;
    this.requestId = parts.requestId;
    this.retryAfterSeconds = parts.retryAfterSeconds;
    this.details = parts.details;
  }
}

/** The server did not answer, or broke off. `message` says which address was asked, and what happened. */
export class KeywardConnectionError extends Error {
  /** Without query and credentials. */
  readonly url: string;
  /** Such as `ECONNREFUSED`; `timeout` and `broken_off` are ours. */
  readonly code: string;

  constructor(url: string, code: string, what?: string) {
    super(`${url} ${what ?? explanation(code)} (${code}).`);
    this.name = 'KeywardConnectionError';
    this.url = url;
    this.code = code;
  }
}

const UNKNOWN_CERTIFICATE =
  'has a certificate that is not trusted here: add the authority that issued it to those that are trusted';

const EXPLANATIONS: Record<string, string> = {
  ECONNREFUSED: 'refuses connections: nothing listens there',
  ENOTFOUND: 'cannot be found: its name does not resolve',
  EAI_AGAIN: 'cannot be found at the moment: no answer from DNS',
  ETIMEDOUT: 'did not answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'did not answer in time',
  timeout: 'did not answer in time',
  ECONNRESET: 'closed the connection; is it https where http is given, or the other way round?',
  UND_ERR_SOCKET: 'closed the connection; is it https where http is given, or the other way round?',
  DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN_CERTIFICATE,
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_CERTIFICATE,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_CERTIFICATE,
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS: use http://',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS: use http://',
};

// A browser says no more than that, and the same where the server does not allow the page's origin.
const explanation = (code: string): string => EXPLANATIONS[code] ?? 'cannot be reached from here';

/** The code at the bottom of a failed `fetch`, whose own message says nothing. */
export function failureCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const inner = at instanceof AggregateError ? (at.errors[0] as unknown) : undefined;
    const { code } = (inner ?? at) as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return 'failed';
}

/** The error in an answer, whichever of the three shapes it has: problem+json, OpenAI's, the Developer API's. */
export async function apiErrorOf(
  response: Response,
  hide: (text: string) => string,
): Promise<KeywardApiError> {
  const text = await response.text().catch(() => '');
  let body: unknown;
  try {
    body = JSON.parse(hide(text));
  } catch {
    body = undefined;
  }
  return apiError(body, response);
}

/** @param body what was said; `response` the answer it came in. */
export function apiError(
  body: unknown,
  { status, statusText, headers, url, type }: Response,
): KeywardApiError {
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN);
  const common = {
    url: url.split('?', 1)[0] ?? '',
    status,
    requestId: headers.get('x-request-id'),
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
  };
  if (isObject(body) && isObject(body['error'])) return openaiError(body['error'], common);
  if (isObject(body) && typeof body['code'] === 'string') return problem(body, common);
  if (isObject(body) && typeof body['error'] === 'string') return developerError(body['error'], common);
  // Some routes of the Developer API call it so.
  if (isObject(body) && typeof body['message'] === 'string') return developerError(body['message'], common);
  // Browsers hide where a redirect leads, and its status.
  const isRedirect = type === 'opaqueredirect' || (status >= 300 && status < 400);
  const said = `${status} ${statusText}`.trimEnd();
  return new KeywardApiError({
    ...common,
    code: 'unknown',
    message: isRedirect
      ? 'The server answered with a redirect, which is not followed: the key would go with it.'
      : `The answer was ${said}, and not in a form that Keyward gives.`,
    hint: isRedirect ? `It leads to ${headers.get('location') ?? 'another place'}.` : null,
    errors: [],
    details: {},
  });
}

type Common = Pick<ApiErrorParts, 'url' | 'status' | 'requestId' | 'retryAfterSeconds'>;

function problem(body: Record<string, unknown>, common: Common): KeywardApiError {
  const { type, title, status, detail, code, hint, request_id, errors, ...details } = body;
  void type;
  void status;
  return new KeywardApiError({
    ...common,
    code: String(code),
    message: textOf(detail) ?? textOf(title) ?? String(code),
    hint: textOf(hint) ?? null,
    requestId: textOf(request_id) ?? common.requestId,
    errors: Array.isArray(errors) ? errors.filter(isFieldError) : [],
    details,
  });
}

function openaiError(error: Record<string, unknown>, common: Common): KeywardApiError {
  const { message, type, param, code } = error;
  const said = textOf(message) ?? 'The request failed.';
  return new KeywardApiError({
    ...common,
    code: textOf(code) ?? textOf(type) ?? 'unknown',
    message: said,
    hint: null,
    errors: typeof param === 'string' ? [{ field: param, message: said }] : [],
    details: {},
  });
}

/** Of the Developer API, where an error is a text and nothing else: its code is what its status says. */
function developerError(message: string, common: Common): KeywardApiError {
  const isKeyBad = common.status === 403 && message === NO_VALID_KEY;
  const code = isKeyBad ? 'invalid_key' : (CODES[common.status] ?? 'refused');
  return new KeywardApiError({ ...common, code, message, hint: null, errors: [], details: {} });
}

const NO_VALID_KEY = 'No valid api key found.';
const CODES: Record<number, string> = {
  402: 'budget_exceeded',
  403: 'forbidden',
  404: 'not_found',
  413: 'too_large',
  429: 'rate_limited',
  503: 'not_ready',
};

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isFieldError = (value: unknown): value is FieldError =>
  isObject(value) && typeof value['field'] === 'string' && typeof value['message'] === 'string';
