import type { KeywardError } from '../../base/errors.ts';
import { isMessages } from '../request/paths.ts';
import { openaiError } from './openai-error.ts';

/** The words of the Messages API for a status. */
const TYPES: Record<number, string> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  504: 'timeout_error',
};

interface Words {
  message: string;
  type: string;
  code: string;
  param?: string | null;
}

/** The body of an error in the Messages API. It has `param` and `code` as well: clients of both APIs read it. */
export function messagesError(error: KeywardError, requestId?: string): object {
  const type = TYPES[error.status] ?? (error.status >= 500 ? 'api_error' : 'invalid_request_error');
  const said = { type: 'error', error: { ...openaiError(error).error, type } };
  return requestId === undefined ? said : { ...said, request_id: requestId };
}

/** The body of an error that Keyward writes for an upstream. @param path below `/v1` */
export const errorObject = (path: string, words: Words): object =>
  isMessages(path) ? { type: 'error', error: { ...words, type: 'api_error' } } : { error: words };

/** The same as an event. Clients of the Messages API skip events without a name. */
export const errorFrame = (path: string, words: Words): string =>
  `${isMessages(path) ? 'event: error\n' : ''}data: ${JSON.stringify(errorObject(path, words))}\n\n`;
