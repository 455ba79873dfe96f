/** The thread that counts tokens, see tokenizer.ts. */
import { parentPort } from 'node:worker_threads';
import { countTokens } from '../../base/tokens.ts';
import { answerText } from '../answer/answer-text.ts';
import { sampleOf, type Counted, type ToCount } from './tokenizer.ts';

async function answer(asked: ToCount): Promise<void> {
  const text =
    'text' in asked ? asked.text : answerText(Buffer.from(asked.body).toString(), asked.isEventStream);
  const counted = sampleOf(text);
  const tokens = (await countTokens(asked.encoding, counted)) * (text.length / (counted.length || 1));
  parentPort?.postMessage({ id: asked.id, tokens } satisfies Counted);
}

parentPort?.on('message', (asked: ToCount) => void answer(asked));
