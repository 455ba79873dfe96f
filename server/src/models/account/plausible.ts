import type { ForwardRequest } from '../forward.ts';
import { timesIn, type Seen } from '../answer/meter.ts';
import { answersWithText } from '../request/paths.ts';

/** Most tokens of text take no more bytes than this. */
const BYTES_PER_TOKEN = 16;
/** JSON around the text of an answer, and of one event. */
const FRAME_BYTES = 1_024;
const EVENT_FRAME_BYTES = 400;

/**
 * Whether an upstream's counts can be right, by the bytes that passed. Cheap, since it runs for every answer; if it says no, tokens
 * are counted before the upstream's counts are rejected. Pictures and log probabilities also lead to no.
 */
export function isPlausible(
  { tokensIn, tokensOut }: { tokensIn: number; tokensOut: number },
  { path, body }: ForwardRequest,
  seen: Seen,
): boolean {
  if (body.length > FRAME_BYTES + tokensIn * BYTES_PER_TOKEN) return false;
  if (!answersWithText(path)) return true;
  if (seen.bytes <= FRAME_BYTES + tokensOut * BYTES_PER_TOKEN) return true;
  // At most one event a token: empty events make no room for others.
  const events = Math.min(Math.ceil(timesIn(seen, '\n\n')), tokensOut);
  return seen.bytes <= FRAME_BYTES + tokensOut * BYTES_PER_TOKEN + events * EVENT_FRAME_BYTES;
}
