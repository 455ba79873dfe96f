import { JobFailure, type FailCode } from '@keyward/sdk';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { scrubText } from '../../base/scrub.ts';

const MESSAGE_MAX_LENGTH = 500;

const OUT_OF_MEMORY =
  /out of memory|\boom\b|insufficient memory|more system memory|not enough (gpu )?memory/i;
const TOO_LONG =
  /context[ _](length|window|size)|maximum context|too many tokens|prompt is too long|exceeds? the (available )?context/i;
const NO_MODEL = /model.{0,200}(not found|does not exist|not loaded)|no such model|model_not_found/i;
const REFUSED = /content[ _](filter|policy|management)|safety (system|policy)|moderation/i;

/** What the upstream says of an error, without the shape that it has: OpenAI's, Ollama's or a text. */
function saidIn(text: string): { message: string; code: string } {
  const body = jsonIn(text);
  const error = isObject(body) ? (body['error'] ?? body['message'] ?? body['detail']) : undefined;
  if (isObject(error))
    return { message: textOf(error['message']), code: textOf(error['code'] ?? error['type']) };
  return { message: typeof error === 'string' ? error : text, code: '' };
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/**
 * An error of the upstream as one of the closed list. @param hide removes the upstream's key, which some upstreams repeat
 */
export function failureOf(status: number, text: string, hide: (text: string) => string): JobFailure {
  const { message, code } = saidIn(text);
  // Of the owner of the worker, not of the client: what an upstream says of its key stays here.
  if (status === 401 || status === 403)
    if (!REFUSED.test(`${code} ${message}`))
      return new JobFailure('upstream_error', `The upstream refuses this worker (${status}).`);
  const shown = scrubText(hide(message.replaceAll(/\s+/g, ' ').trim())).slice(0, MESSAGE_MAX_LENGTH);
  return new JobFailure(
    codeOf(status, `${code} ${message}`),
    shown === '' ? `The upstream answered ${status}.` : shown,
  );
}

function codeOf(status: number, said: string): FailCode {
  if (OUT_OF_MEMORY.test(said)) return 'oom';
  if (TOO_LONG.test(said)) return 'context_too_long';
  if (REFUSED.test(said)) return 'refused';
  if (status === 404 || NO_MODEL.test(said)) return 'model_missing';
  return status === 400 || status === 413 || status === 422 ? 'bad_payload' : 'upstream_error';
}

/** The upstream was not reached, or broke off. */
export function connectionFailure(error: unknown): JobFailure {
  const { code } = error as NodeJS.ErrnoException;
  const why = typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? ` (${code})` : '';
  return new JobFailure(
    'upstream_error',
    `The upstream of the worker cannot be reached, or broke off${why}.`,
    {
      cause: error,
    },
  );
}
