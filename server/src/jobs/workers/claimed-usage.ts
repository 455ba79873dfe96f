import { isObject } from '../../base/is-object.ts';
import type { Db } from '../../storage/index.ts';
import type { AttemptRow } from '../job.ts';
import { payloadLengths } from '../store/job-store.ts';

export interface Metrics {
  gpu_seconds?: number | undefined;
  tokens_per_second?: number | undefined;
  model_digest?: string | undefined;
}

/** As the worker says. */
export type ClaimedUsage = Pick<
  AttemptRow,
  'tokens_in' | 'tokens_out' | 'model' | 'model_digest' | 'gpu_ms_claimed'
>;

const TOKENS_MAX = 100_000_000;

/** `usage` of `{output, usage}`, or of a whole OpenAI answer. */
export function usageOf(
  result: unknown,
  { gpu_seconds: gpuSeconds = 0, model_digest: digest }: Metrics,
): ClaimedUsage {
  const answer = isObject(result) ? result : {};
  const usage = isObject(answer['usage']) ? answer['usage'] : {};
  const tokens = (name: string): number => {
    const value = usage[name];
    return typeof value === 'number' && value > 0 ? Math.min(Math.ceil(value), TOKENS_MAX) : 0;
  };
  return {
    tokens_in: tokens('prompt_tokens'),
    tokens_out: tokens('completion_tokens'),
    model: typeof answer['model'] === 'string' ? answer['model'].slice(0, 300) : null,
    model_digest: digest ?? null,
    gpu_ms_claimed: Math.round(gpuSeconds * 1_000),
  };
}

/** Of the template of a chat, and of pictures by their addresses: of these the payload has fewer bytes. */
const PROMPT_SLACK_TOKENS = 1_000;
/** A character has four bytes at most, and a token at least one. */
const TOKENS_PER_CHARACTER = 4;

/** The most tokens that a payload can be, by job; left out: what is claimed is less. */
export async function promptBounds(
  tx: Db,
  claims: readonly { id: string; usage: ClaimedUsage }[],
): Promise<ReadonlyMap<string, number>> {
  const large = claims.filter(({ usage }) => usage.tokens_in > PROMPT_SLACK_TOKENS).map(({ id }) => id);
  const lengths = await payloadLengths(tx, large);
  return new Map(
    large.map((id) => [id, (lengths.get(id) ?? 0) * TOKENS_PER_CHARACTER + PROMPT_SLACK_TOKENS]),
  );
}

/**
 * No more than passed through this server: a worker that lies could otherwise spend the budget of each of its clients.
 * Guarded by job-budgets.test.ts; of requests to models, `Settlement` does it.
 */
export const boundedUsage = (
  usage: ClaimedUsage,
  { tokensIn = Infinity, outputBytes }: { tokensIn: number | undefined; outputBytes: number },
): ClaimedUsage => ({
  ...usage,
  tokens_in: Math.min(usage.tokens_in, tokensIn),
  tokens_out: Math.min(usage.tokens_out, outputBytes),
});
