import { collected } from '../../base/collected.ts';
import { KeywardError } from '../../base/errors.ts';
import type { Answer } from '../../models/index.ts';

/** The whole of a model's answer. @throws KeywardError `upstream_unavailable` where it breaks off or is too long. */
export async function bytesOfAnswer(answer: Answer, maxBytes: number): Promise<Buffer> {
  try {
    return await collected(answer.body, maxBytes, () => new Error(`longer than ${maxBytes} bytes`));
  } catch (cause) {
    throw new KeywardError('upstream_unavailable', `The model ${answer.model} broke off its answer.`, {
      cause,
    });
  }
}
