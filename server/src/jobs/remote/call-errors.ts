import { KeywardError, type ErrorCode } from '../../base/errors.ts';
import type { JobRow } from '../job.ts';
import type { Waiting } from '../job-view.ts';

/** Reasons of a worker that are about the request (`FAIL_CODES`), in the words of the OpenAI API. */
const ABOUT_REQUEST = new Map<string, ErrorCode>([
  ['bad_payload', 'bad_request'],
  ['context_too_long', 'context_length_exceeded'],
  ['refused', 'content_policy_violation'],
]);

/** No worker could take it now. */
export const hopeless = (waiting: Waiting | null): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    `No worker can take the request: ${waiting?.reason ?? 'no_worker'}.`,
    {
      status: 503,
      hint: 'Try again when a worker with this model is online: GET /v1/models lists the models of those that are.',
      details: { waiting },
      headers: { 'retry-after': '5' },
    },
  );

/** Output cannot be taken back: another attempt would answer anew. */
export const lostHalfWay = (): KeywardError =>
  new KeywardError('upstream_unavailable', 'The worker was lost in the middle of its answer.', {
    hint: 'Send the request again.',
  });

export const badResult = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    'The worker has reported a result that is no answer to the request.',
    {
      hint: 'A result is the answer object of the OpenAI API, or {"output": "text", "usage": {…}}.',
    },
  );

/** Nobody reads it: the caller has left. */
export const canceled = (): Error => new Error('The caller has left.');

/** Why a job ended without a result. */
export function errorOf(job: JobRow | undefined, hasOutput: boolean): KeywardError {
  const code = job?.error_code ?? 'internal';
  if (job?.state === 'EXPIRED')
    return new KeywardError('upstream_timeout', 'No worker took the request in time.', {
      hint: 'All workers with this model are busy. Try again later, or start another worker.',
      headers: { 'retry-after': '30' },
    });
  if (code === 'run_timeout')
    return new KeywardError('upstream_timeout', 'The worker did not answer in time.', {
      hint: 'Ask for a shorter answer.',
    });
  if (job?.state === 'CANCELED')
    return code === 'key_revoked'
      ? new KeywardError('key_revoked', 'The key was revoked, or ended by itself, while the request ran.')
      : new KeywardError('request_stopped', 'The job of the request was canceled.');
  const known = ABOUT_REQUEST.get(code);
  if (known !== undefined)
    return new KeywardError(known, `The worker refuses the request (${code}): ${job?.error_message ?? code}`);
  if (hasOutput) return lostHalfWay();
  return new KeywardError('upstream_unavailable', `The workers failed at the request (${code}).`, {
    hint: 'Try again. GET /v1/jobs shows the job and its error.',
  });
}
