import type { TokensSoFar } from '../../nodes/index.ts';
import type { SeenAnswer } from './answer-stream.ts';
import type { ForwardRequest } from '../forward.ts';

/** Of a text in JSON, near enough for a list: to count takes milliseconds for each request in it. */
const BYTES_PER_TOKEN = 4;

/**
 * About what a request has taken while its answer is still on its way: what the upstream has said; otherwise by the length
 * of the prompt, and by the events of the answer, of which most carry one token.
 */
export function tokensSoFar(
  { body }: Pick<ForwardRequest, 'body'>,
  { counts, sample, bytes, isEventStream }: SeenAnswer,
): TokensSoFar {
  const prompt = Buffer.isBuffer(body) ? Math.ceil(body.length / BYTES_PER_TOKEN) : 0;
  const sampled = sample.reduce((sum, { length }) => sum + length, 0);
  const events = isEventStream ? sample.reduce((sum, piece) => sum + eventsIn(piece), 0) : 0;
  const answer = isEventStream ? events * (bytes / Math.max(1, sampled)) : bytes / BYTES_PER_TOKEN;
  return {
    tokensIn: counts?.tokensIn ?? prompt,
    tokensOut: Math.max(counts?.tokensOut ?? 0, Math.round(answer)),
  };
}

function eventsIn(piece: Buffer): number {
  let events = 0;
  for (let at = piece.indexOf('data:'); at >= 0; at = piece.indexOf('data:', at + 5)) events++;
  return events;
}
