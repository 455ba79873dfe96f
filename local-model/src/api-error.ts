/** A refusal in OpenAI's shape. Its message is safe for strangers. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly code: string;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    details: { param?: string; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.type = errorType(status);
    this.param = details.param ?? null;
    this.headers = details.headers ?? {};
  }

  /** 400 for a field: the message reads "'field' what". */
  static badField(field: string, what: string, code = 'invalid_value'): ApiError {
    return new ApiError(400, code, `'${field}' ${what}.`, { param: field });
  }

  toJSON(): object {
    return { error: { message: this.message, type: this.type, param: this.param, code: this.code } };
  }
}

function errorType(status: number): string {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
