import type { KeywardError } from '../../base/errors.ts';

const TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  429: 'rate_limit_error',
};

/** The body of an error in the OpenAI API. */
export function openaiError(error: KeywardError): { error: Record<string, string | null> } {
  const { hint, errors } = error.extras;
  const type = error.status >= 500 ? 'server_error' : (TYPES[error.status] ?? 'invalid_request_error');
  const end = /[.!?]$/.test(error.message) ? '' : '.';
  const message = hint === undefined ? error.message : `${error.message}${end} ${hint}`;
  const param = errors?.[0]?.field ?? (error.code === 'model_not_found' ? 'model' : null);
  return { error: { message, type, param, code: error.code } };
}
