import { KeywardError } from '../base/errors.ts';
import { object, parsedObject, text } from './completion.ts';

/** Why a model gave no answer: an expected outcome, with the provider's own message. */
export interface Failure {
  message: string;
  status: number;
  /** A code of Keyward, or the provider's. */
  code: string;
}

const MESSAGE_MAX_CHARACTERS = 2_000;

/** A refusal by Keyward. @throws errors about the key, which have their own status, and unexpected errors. */
export function failureOf(error: unknown): Failure {
  refuseAboutKey(error);
  return publicFailure(error);
}

/** @throws errors about the key, and unexpected errors. */
export function refuseAboutKey(error: unknown): void {
  if (!(error instanceof KeywardError) || ABOUT_THE_KEY.has(error.code)) throw error;
}

/** Any error, safe for strangers. */
export function publicFailure(error: unknown): Failure {
  if (!(error instanceof KeywardError)) return UNKNOWN;
  const { hint } = error.extras;
  const message = hint === undefined ? error.message : `${error.message} ${hint}`;
  return { message, status: error.status, code: error.code };
}

const UNKNOWN: Failure = { message: 'Something went wrong in Keyward.', status: 500, code: 'internal' };

const ABOUT_THE_KEY = new Set([
  'budget_exceeded',
  'budget_too_small',
  'forbidden_resource',
  'model_unpriced',
  'internal',
  'storage_unavailable',
]);

/** An error answer of a provider. @param body JSON in one of the usual shapes, or any text. */
export function providerFailure(status: number, body: string): Failure {
  return { ...messageIn(parsedObject(body), `The model's server answered ${status}.`), status };
}

/** An error in the middle of a stream; undefined: the chunk is not an error. */
export function streamFailure(chunk: Record<string, unknown>): Failure | undefined {
  if (chunk['error'] === undefined || chunk['error'] === null) return undefined;
  return { ...messageIn(chunk, "The model's server broke off its answer."), status: 502 };
}

/** An error while an answer was read. */
export function brokenOff(error: unknown): Failure {
  if (error instanceof KeywardError) return failureOf(error);
  const message =
    error instanceof SyntaxError
      ? "The model's server sent something that is no answer."
      : 'The connection to the upstream was lost in the middle of its answer.';
  return { message, status: 502, code: 'upstream_unavailable' };
}

function messageIn(answer: Record<string, unknown>, otherwise: string): Pick<Failure, 'message' | 'code'> {
  const error = object(answer['error']);
  const message =
    text(error['message']) || text(answer['error']) || text(answer['message']) || text(answer['detail']);
  return {
    // `models` has removed the operator's secrets.
    message: (message || otherwise).slice(0, MESSAGE_MAX_CHARACTERS),
    code: text(error['code']) || 'upstream_error',
  };
}
