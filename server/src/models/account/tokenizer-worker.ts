/** The thread that counts tokens, see tokenizer.ts. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { answerText } from '../answer/answer-text.ts';
import { sampleOf, SLICE_CHARACTERS } from '../request/text-sample.ts';
import type { Counted, ToCount } from './tokenizer.ts';

function tokensOf(text: string): number {
  const counted = sampleOf(text);
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
