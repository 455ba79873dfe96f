import type { ForwardRequest } from '../forward.ts';
import type { Seen } from '../answer/meter.ts';
import { answersWithText } from '../request/paths.ts';

/** A token of text takes no more bytes than this, but for rare words. */
const BYTES_PER_TOKEN = 16;
/** What stands around the text of an answer, and around the text of one event. */
const FRAME_BYTES = 1_024;
const EVENT_FRAME_BYTES = 400;
const EVENT_END = '\n\n';

/**
 * Whether an upstream's counts can be right, by the bytes that passed. Cheap, for it is asked about every answer; where it says
 * no, tokens are counted before anything is disbelieved. Pictures and log probabilities say no, too.
 */
export function isPlausible(
  { tokensIn, tokensOut }: { tokensIn: number; tokensOut: number },
  { path, body }: ForwardRequest,
  seen: Seen,
): boolean {
  if (body.length > FRAME_BYTES + tokensIn * BYTES_PER_TOKEN) return false;
  if (!answersWithText(path)) return true;
  if (seen.bytes <= FRAME_BYTES + tokensOut * BYTES_PER_TOKEN) return true;
  // Events have a frame each. One that brings nothing of its own makes no room for others.
  const events = Math.min(eventsIn(seen), tokensOut);
  return seen.bytes <= FRAME_BYTES + tokensOut * BYTES_PER_TOKEN + events * EVENT_FRAME_BYTES;
}

function eventsIn({ sample, bytes }: Seen): number {
  let events = 0;
  let looked = 0;
  for (const piece of sample) {
    looked += piece.length;
    for (let at = piece.indexOf(EVENT_END); at >= 0; at = piece.indexOf(EVENT_END, at + 1)) events++;
  }
  return looked === 0 ? 0 : Math.ceil(events * (bytes / looked));
}
