import { isObject } from '../../base/is-object.ts';
import { openaiError } from '../../models/index.ts';
import type { KeywardError } from '../../base/errors.ts';
import type { LineRow } from '../store/tables.ts';
import type { Settled, Tokens } from '../store/line-store.ts';

type Named = Pick<LineRow, 'batch_id' | 'line' | 'custom_id'>;

/** An answer of a model, as it is written into a file of results. */
export function answered(
  line: Named,
  { status, requestId, body }: { status: number; requestId: string; body: unknown },
): Settled {
  const response = { status_code: status, request_id: requestId, body };
  const isOutput = status < 400;
  return {
    part: isOutput ? 'output' : 'error',
    answer: JSON.stringify({ ...nameOf(line), response, error: null }),
    tokens: isOutput ? tokensIn(body) : undefined,
  };
}

/** A refusal of Keyward: the answer that a direct request would get. */
export const refused = (line: Named, error: KeywardError, requestId: string): Settled =>
  answered(line, { status: error.status, requestId, body: openaiError(error) });

/** A line that was not run. */
export const notRun = (line: Named, error: { code: string; message: string }): Settled => ({
  part: 'error',
  answer: JSON.stringify({ ...nameOf(line), response: null, error }),
});

const nameOf = ({ batch_id: batchId, line, custom_id: customId }: Named) => ({
  id: `batch_req_${batchId.replace(/^batch_/, '')}_${line}`,
  custom_id: customId,
});

function tokensIn(body: unknown): Partial<Tokens> {
  const usage = member(body, 'usage');
  return {
    input: count(usage, 'prompt_tokens'),
    cached: count(member(usage, 'prompt_tokens_details'), 'cached_tokens'),
    output: count(usage, 'completion_tokens'),
    reasoning: count(member(usage, 'completion_tokens_details'), 'reasoning_tokens'),
  };
}

const member = (value: unknown, name: string): unknown => (isObject(value) ? value[name] : undefined);

/** An upstream may send anything. */
function count(value: unknown, name: string): number {
  const found = member(value, name);
  return typeof found === 'number' && Number.isInteger(found) && found >= 0 && found < 1e12 ? found : 0;
}
