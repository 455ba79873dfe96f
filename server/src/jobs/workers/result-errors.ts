import { KeywardError } from '../../base/errors.ts';

export const leaseLost = (details?: Record<string, unknown>): KeywardError =>
  new KeywardError('lease_lost', 'This lease is over: the job was given to another worker, or waits again.', {
    hint: 'Drop the work, and ask for another job.',
    ...(details && { details }),
  });

export const alreadyFinished = (): KeywardError =>
  new KeywardError('already_finished', 'The job is over: nothing was changed.', {
    hint: 'Drop the work, and ask for another job.',
  });

export const tooLarge = (maxBytes: number): KeywardError =>
  new KeywardError('too_large', `The result must have at most ${maxBytes} bytes.`, {
    hint: 'Report the job as failed: POST /v1/workers/{job_id}/fail.',
  });
