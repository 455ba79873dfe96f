/** The thread that counts tokens, see tokenizer.ts. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { answerText } from './answer-text.ts';
import type { Counted, ToCount } from './tokenizer.ts';

/** Text that is really counted; the tokens of a longer one are extrapolated. */
const COUNTED_MAX_CHARACTERS = 64 * 1024;
/**
 * Counted piece by piece: the tokenizer takes time with the square of a run without spaces, 7 seconds for 64,000 letters.
 * Less than 1 % more is counted so.
 */
const SLICE_CHARACTERS = 512;

function tokensOf(text: string): number {
  const counted = text.slice(0, COUNTED_MAX_CHARACTERS);
  let tokens = 0;
  for (let at = 0; at < counted.length; at += SLICE_CHARACTERS)
    tokens += countTokens(counted.slice(at, at + SLICE_CHARACTERS), { disallowedSpecial: new Set<string>() });
  return tokens * (text.length / (counted.length || 1));
}

parentPort?.on('message', ({ id, asked }: ToCount) => {
  const text =
    'text' in asked ? asked.text : answerText(Buffer.from(asked.body).toString(), asked.isEventStream);
  parentPort?.postMessage({ id, tokens: tokensOf(text) } satisfies Counted);
});
