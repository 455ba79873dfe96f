/** The thread that counts tokens, see tokenizer.ts. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from '../../base/tokens.ts';
import { answerText } from '../answer/answer-text.ts';
import { sampleOf } from '../request/text-sample.ts';
import type { Counted, ToCount } from './tokenizer.ts';

async function tokensOf(text: string): Promise<number> {
  const counted = sampleOf(text);
  return (await countTokens('o200k_base', counted)) * (text.length / (counted.length || 1));
}

async function answer({ id, asked }: ToCount): Promise<void> {
  const text =
    'text' in asked ? asked.text : answerText(Buffer.from(asked.body).toString(), asked.isEventStream);
  parentPort?.postMessage({ id, tokens: await tokensOf(text) } satisfies Counted);
}

parentPort?.on('message', (question: ToCount) => void answer(question));
