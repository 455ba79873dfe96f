import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { findResult, isFinal, type JobRow } from '../../jobs/index.ts';
import type { Db } from '../../storage/index.ts';
import type { StepRow } from '../store/tables.ts';

/** Of one step. */
const OUTPUT_MAX_BYTES = 8 * 1024 * 1024;

type Settled = Pick<StepRow, 'state' | 'output' | 'error_code' | 'error_message'>;

/** How a step ended with its job; undefined: it has not. @param job undefined: deleted */
export async function settledBy(db: Db, job: JobRow | undefined): Promise<Settled | undefined> {
  if (job === undefined || job.deleted_at !== null)
    return failed('job_deleted', 'The job was deleted before its output was read.');
  if (!isFinal(job.state)) return undefined;
  if (job.state === 'COMPLETED') {
    const text = await findResult(db, job.id);
    return text === undefined
      ? failed('job_deleted', 'The output is gone.')
      : withOutput(outputIn(jsonIn(text)));
  }
  const code = job.error_code ?? job.state.toLowerCase();
  const message = job.error_message ?? code;
  if (job.state === 'CANCELED') return { ...failed(code, message), state: 'CANCELED' };
  return failed(code, message);
}

export function withOutput(output: unknown): Settled {
  const text = JSON.stringify(output ?? null);
  if (Buffer.byteLength(text) > OUTPUT_MAX_BYTES)
    return failed('too_large', `The output has more than ${OUTPUT_MAX_BYTES} bytes.`);
  return { state: 'COMPLETED', output: text, error_code: null, error_message: null };
}

export const failed = (code: string, message: string): Settled => ({
  state: 'FAILED',
  output: null,
  error_code: code,
  error_message: message,
});

/** `output` of a plain result; the text or the vector of an answer in the form of OpenAI; otherwise all of it. */
export function outputIn(result: unknown): unknown {
  if (!isObject(result)) return result;
  if (Object.hasOwn(result, 'output')) return result['output'];
  const { choices, data } = result;
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
  if (isObject(choice)) {
    if (isObject(choice['message'])) return choice['message']['content'] ?? choice['message'];
    if (typeof choice['text'] === 'string') return choice['text'];
  }
  const vector: unknown = Array.isArray(data) && data.length === 1 ? data[0] : undefined;
  return isObject(vector) && Object.hasOwn(vector, 'embedding') ? vector['embedding'] : result;
}
