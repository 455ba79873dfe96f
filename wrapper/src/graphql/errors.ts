import { KeywardApiError, KeywardConnectionError } from '@keyward/sdk';
import { GraphQLError } from 'graphql';
import type { Logger } from '@keyward/server/logger';

/** `extensions.code` of every error that this server gives on purpose. */
export type ErrorCode =
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'RATE_LIMITED'
  | 'BUDGET_EXCEEDED'
  | 'BAD_USER_INPUT'
  | 'QUERY_TOO_COSTLY'
  | 'REQUEST_ENTITY_TOO_LARGE'
  | 'UPSTREAM_UNAVAILABLE'
  | 'INTERNAL_SERVER_ERROR';

/** Statuses of whole answers; every other error leaves 200, because the rest of the answer may be good. */
const STATUS: Partial<Record<ErrorCode, number>> = { UNAUTHENTICATED: 401 };

/** @param more further members of `extensions`, such as `retryAfter` in seconds. */
export function failure(code: ErrorCode, message: string, more: Record<string, unknown> = {}): GraphQLError {
  const status = STATUS[code];
  const http = status === undefined ? {} : { http: { status } };
  return new GraphQLError(message, { extensions: { code, ...more, ...http } });
}

/** @param argument as the schema names it. */
export const badInput = (argument: string, message: string): GraphQLError =>
  failure('BAD_USER_INPUT', `${argument}: ${message}`, { argument });

export const notFound = (what: string): GraphQLError =>
  failure('NOT_FOUND', `${what} does not exist, or the key does not cover it.`);

/** What a failure is seen as, and by whom. */
export interface FailureContext {
  requestId: string;
  /** The key of this server was used, not the caller's. */
  isOwnKey: boolean;
  logger: Logger;
}

/** Whether the server has refused the key before it did anything. */
export const isKeyUnknown = (error: unknown): boolean =>
  error instanceof KeywardApiError && error.code === 'invalid_key';

/** The same, or the key has ended while the request ran: then a part of it may be done. */
export const isKeyRefused = (error: unknown): boolean =>
  isKeyUnknown(error) || (error instanceof KeywardApiError && error.status === 401);

/** What a call gives; undefined where the Developer API answers one of these statuses. */
export async function unlessStatus<T>(statuses: readonly number[], call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof KeywardApiError && statuses.includes(error.status)) return undefined;
    throw error;
  }
}

/** The Developer API's 400s for a workspace or a thread that does not exist, whose words alone tell them apart. */
const MISSING = /^(?:workspace|thread) [^]*(?:is not a valid workspace|not found|is not valid)\.?$/i;

/** The error of a failed call as a caller may see it. What it must not see goes to the log, under the same request id. */
export function shownError(error: unknown, { requestId, isOwnKey, logger }: FailureContext): unknown {
  if (error instanceof KeywardConnectionError) {
    logger.warn(
      { request_id: requestId, code: error.code, url: error.url },
      'the Developer API did not answer',
    );
    return unavailable(requestId);
  }
  if (error instanceof SyntaxError) {
    logger.error(
      { request_id: requestId },
      'the Developer API answers with something else than JSON: is WRAPPER_UPSTREAM right?',
    );
    return unavailable(requestId);
  }
  if (!(error instanceof KeywardApiError)) return error;
  const { status, code, requestId: upstreamId } = error;
  if (isOwnKey && (isKeyRefused(error) || endedKey(error.message))) {
    logger.error({ request_id: requestId, status }, "the Developer API refuses this server's own key");
    return failure('UPSTREAM_UNAVAILABLE', "This server's own key is refused at the moment.", { requestId });
  }
  if (status >= 500 || code === 'not_ready') {
    logger.warn({ request_id: requestId, upstream_id: upstreamId, status, code }, 'the Developer API failed');
    return unavailable(requestId);
  }
  return failureOf(error, requestId);
}

function failureOf(error: KeywardApiError, requestId: string): GraphQLError {
  const { status, code, message, retryAfterSeconds } = error;
  const retryAfter = retryAfterSeconds ?? undefined;
  if (isKeyRefused(error) || endedKey(message))
    return failure('UNAUTHENTICATED', endedKey(message) ? message : 'The Developer API refuses this key.');
  if (status === 402 || code === 'budget_exceeded' || code === 'budget_too_small')
    return failure('BUDGET_EXCEEDED', message, { retryAfter });
  if (status === 429) return failure('RATE_LIMITED', message, { retryAfter });
  if (status === 403) return failure('FORBIDDEN', message);
  if (status === 404 || MISSING.test(message)) return failure('NOT_FOUND', message);
  // Inside a stream that began well.
  if (status < 300) return failure('UPSTREAM_UNAVAILABLE', message, { requestId });
  return failure('BAD_USER_INPUT', message);
}

/** The last words of a stream whose key was taken away: the server's code in parentheses. */
const endedKey = (message: string): boolean => /\((?:key_revoked|session_ended)\)$/.test(message);

const unavailable = (requestId: string): GraphQLError =>
  failure('UPSTREAM_UNAVAILABLE', 'The Developer API cannot answer at the moment.', { requestId });
