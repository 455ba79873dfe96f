import { KeywardError } from '../../base/errors.ts';
import type { Answer } from '../../models/index.ts';

/** The whole of a model's answer. @throws KeywardError `upstream_unavailable` where it breaks off or is too long. */
export async function bytesOfAnswer(answer: Answer, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of answer.body) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw new Error(`longer than ${maxBytes} bytes`);
      chunks.push(chunk as Buffer);
    }
  } catch (cause) {
    throw new KeywardError('upstream_unavailable', `The model ${answer.model} broke off its answer.`, {
      cause,
    });
  }
  return Buffer.concat(chunks);
}
