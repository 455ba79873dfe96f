import type { Dispatcher } from 'undici';
import { isObject } from '../../base/is-object.ts';
import { collect } from '../answer/collect.ts';
import type { LocalModel } from './local-model.ts';

/** How many tokens each text has, and how many of one text the model reads. */
export type CountTokens = (texts: readonly string[]) => Promise<{ counts: number[]; limit: number }>;

/** In one request. */
const TEXTS_MAX = 10_000;
const ANSWER_MAX_BYTES = 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Asks the local model's process. @throws KeywardError `not_ready` */
export async function countLocally(
  dispatcher: Dispatcher,
  local: LocalModel,
  { model, texts }: { model: string; texts: readonly string[] },
): Promise<{ counts: number[]; limit: number }> {
  const counts: number[] = [];
  let limit = Infinity;
  for (let from = 0; from < texts.length; from += TEXTS_MAX) {
    const input = texts.slice(from, from + TEXTS_MAX);
    const { status, body } = await collect(dispatcher, local.target, {
      method: 'POST',
      path: '/embeddings/tokens',
      body: Buffer.from(JSON.stringify({ model, input })),
      maxBytes: ANSWER_MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
    }).catch((): { status: number; body: undefined } => ({ status: 503, body: undefined }));
    if (status !== 200 || body === undefined) throw local.notReady();
    const answer: unknown = JSON.parse(body.toString());
    const { data, limit: read } = isObject(answer) ? answer : {};
    if (!Array.isArray(data) || data.length !== input.length || typeof read !== 'number')
      throw new Error('The local model counted something else than was asked.');
    for (const count of data) counts.push(Number(count));
    limit = read;
  }
  return { counts, limit };
}
