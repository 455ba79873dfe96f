import { KeywardError } from '../base/errors.ts';
import { object, text } from './completion.ts';

/** Why a model gave no answer: an expected outcome, told to the caller in the provider's own words. */
export interface Failure {
  message: string;
  status: number;
  /** A code of ours, or the provider's. */
  code: string;
}

const MESSAGE_MAX_CHARACTERS = 2_000;

/** A refusal of ours on the way to the model. What is about the key itself is thrown on: it has a status of its own. */
export function failureOf(error: unknown): Failure {
  refuseAboutKey(error);
  return toldOf(error);
}

/** @throws what is about the key, and what nobody expected. */
export function refuseAboutKey(error: unknown): void {
  if (!(error instanceof KeywardError) || ABOUT_THE_KEY.has(error.code)) throw error;
}

/** Any error in words for strangers. */
export function toldOf(error: unknown): Failure {
  if (!(error instanceof KeywardError)) return UNKNOWN;
  const { hint } = error.extras;
  const message = hint === undefined ? error.message : `${error.message} ${hint}`;
  return { message, status: error.status, code: error.code };
}

const UNKNOWN: Failure = { message: 'Something went wrong in Keyward.', status: 500, code: 'internal' };

const ABOUT_THE_KEY = new Set([
  'budget_exceeded',
  'forbidden_resource',
  'model_unpriced',
  'internal',
  'storage_unavailable',
]);

/** An error answer of a provider. @param body as it came: JSON in one of the usual shapes, or anything. */
export function providerFailure(status: number, body: string): Failure {
  return { ...saidBy(parsed(body), `The model's server answered ${status}.`), status };
}

/** An error in the middle of a stream; undefined where the chunk is none. */
export function streamFailure(chunk: Record<string, unknown>): Failure | undefined {
  if (chunk['error'] === undefined || chunk['error'] === null) return undefined;
  return { ...saidBy(chunk, "The model's server broke off its answer."), status: 502 };
}

/** What came to pass while an answer was read. */
export function brokenOff(error: unknown): Failure {
  if (error instanceof KeywardError) return failureOf(error);
  const message =
    error instanceof SyntaxError
      ? "The model's server sent something that is no answer."
      : 'The connection to the upstream was lost in the middle of its answer.';
  return { message, status: 502, code: 'upstream_unavailable' };
}

function saidBy(answer: Record<string, unknown>, otherwise: string): Pick<Failure, 'message' | 'code'> {
  const error = object(answer['error']);
  const message =
    text(error['message']) || text(answer['error']) || text(answer['message']) || text(answer['detail']);
  return {
    // `models` has taken out what belongs to the operator.
    message: (message || otherwise).slice(0, MESSAGE_MAX_CHARACTERS),
    code: text(error['code']) || 'upstream_error',
  };
}

function parsed(body: string): Record<string, unknown> {
  try {
    return object(JSON.parse(body));
  } catch {
    return {};
  }
}
