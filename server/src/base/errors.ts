/** The closed list of codes. Formatted by http/answer/error-shapes.ts and cli/failure.ts. */
export const ERROR_CODES = {
  bad_request: { status: 400, title: 'The request cannot be read' },
  conflicting_credentials: { status: 400, title: 'Two different keys were sent' },
  key_in_url: { status: 400, title: 'A key was sent in the URL' },
  context_length_exceeded: { status: 400, title: 'The prompt is too long for the model' },
  content_policy_violation: { status: 400, title: 'The content was refused' },
  missing_key: { status: 401, title: 'No key was sent' },
  invalid_key: { status: 401, title: 'The key is not valid' },
  key_revoked: { status: 401, title: 'The key was revoked while the request ran' },
  session_ended: { status: 401, title: 'The session was ended while the request ran' },
  invalid_session: { status: 401, title: 'The session is not valid' },
  wrong_credentials: { status: 401, title: 'The name, the password or the key is wrong' },
  csrf_refused: { status: 403, title: 'Another site may have sent this request' },
  insufficient_scope: { status: 403, title: 'The key lacks a scope' },
  forbidden_resource: { status: 403, title: 'The key does not cover this resource' },
  model_unpriced: { status: 403, title: 'The model has no price' },
  scope_escalation: { status: 403, title: 'A key cannot give more than it holds' },
  not_found: { status: 404, title: 'Not found' },
  route_not_found: { status: 404, title: 'No such endpoint' },
  model_not_found: { status: 404, title: 'No such model' },
  job_not_found: { status: 404, title: 'No such job' },
  worker_not_found: { status: 404, title: 'No such worker' },
  method_not_allowed: { status: 405, title: 'This endpoint does not support this method' },
  already_booked: { status: 409, title: 'The GPU is booked' },
  request_stopped: { status: 409, title: 'The request was stopped' },
  conflict: { status: 409, title: 'Not possible in the current state' },
  idempotent_repeat: { status: 409, title: 'This request was already carried out' },
  idempotency_conflict: { status: 409, title: 'The Idempotency-Key was used for another request' },
  job_not_cancelable: { status: 409, title: 'The job is over' },
  lease_lost: { status: 409, title: 'The lease is over' },
  already_finished: { status: 409, title: 'The job is over' },
  last_admin: { status: 409, title: 'This is the last way in' },
  rotation_running: { status: 409, title: 'A rotation is running' },
  precondition_failed: { status: 412, title: 'It has changed since it was read' },
  too_large: { status: 413, title: 'The request is too large' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported' },
  invalid_input: { status: 422, title: 'The request is not valid' },
  result_not_ready: { status: 425, title: 'The job is not over' },
  queue_full: { status: 429, title: 'Too many jobs wait' },
  rate_limited: { status: 429, title: 'Too many requests' },
  budget_exceeded: { status: 429, title: 'The budget is spent' },
  budget_too_small: { status: 429, title: 'The request may take more than is left of the budget' },
  internal: { status: 500, title: 'Internal error of Keyward' },
  upstream_unavailable: { status: 502, title: 'The upstream cannot be reached' },
  storage_unavailable: { status: 503, title: 'The database cannot be reached' },
  not_ready: { status: 503, title: 'Not ready' },
  server_stopping: { status: 503, title: 'The server stops' },
  upstream_timeout: { status: 504, title: 'The upstream did not answer in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** `field` is a path such as `limits[0].requests` or `query.limit`. */
export interface FieldError {
  field: string;
  message: string;
}

export interface ErrorExtras {
  /** The next step; safe for strangers. */
  hint?: string;
  /** The fields at fault, at most 20. */
  errors?: FieldError[];
  /** Extra members of the answer, such as `{ key_id }` of an idempotent repeat; safe for strangers. */
  details?: Record<string, unknown>;
  /** Extra response headers, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** For the log, never for the caller. */
  cause?: unknown;
  /** Another status than the code's own, where a contract asks for it. */
  status?: number;
}

export class KeywardError extends Error {
  readonly code: ErrorCode;
  readonly extras: ErrorExtras;

  /** @param message safe for strangers: without secrets, paths and texts of others. */
  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'KeywardError';
    this.code = code;
    this.extras = extras;
  }

  get status(): number {
    return this.extras.status ?? ERROR_CODES[this.code].status;
  }
}

export function invalidField(field: string, message: string, hint?: string): KeywardError {
  return new KeywardError('invalid_input', `${field}: ${message}`, {
    errors: [{ field, message }],
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Ends the process with one line for the operator: what is wrong, where, and the next step. 78: configuration, 1: the rest. */
export class StartupError extends Error {
  readonly exitCode: number;
  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StartupError';
    this.exitCode = options.exitCode ?? 78;
  }
}
