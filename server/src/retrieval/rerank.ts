import { KeywardError } from '../base/errors.ts';
import { paidOnce, type Account } from '../models/index.ts';
import { bytesOfAnswer } from './embedding/answer-bytes.ts';
import type { RetrievalContext } from './context.ts';
import { endedAfter } from './ended-after.ts';
import type { Hit } from './hit.ts';
import { accountOf, type Payer } from './paying.ts';
import { RERANK_SETTING } from './embedding/recipe.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

interface Asked {
  model: string;
  query: string;
  documents: string[];
}

interface SecondLook<T> {
  query: string;
  hits: readonly T[];
  /** Left out: the server itself. */
  payer: Payer | undefined;
  signal: AbortSignal | undefined;
}

/** About the payer's money, which is told and not passed over. */
const ABOUT_MONEY = new Set(['budget_exceeded', 'model_unpriced']);

/**
 * The second look by a reranking model: `POST /rerank` of an upstream, as Jina, Cohere, vLLM and llama.cpp have it. On the
 * payer's account, and only where its key covers the model.
 * @returns the best first; undefined where no such model is set, the key does not cover it, or it fails: that is logged and
 *   fails no search.
 * @throws KeywardError `budget_exceeded`, `model_unpriced`
 */
export async function rerankUpstream<T extends Hit>(
  context: RetrievalContext,
  { query, hits, payer, signal }: SecondLook<T>,
): Promise<T[] | undefined> {
  const model = (await context.settings.get(RERANK_SETTING))?.trim() ?? '';
  if (model === '' || hits.length < 2) return undefined;
  try {
    const asked = { model, query, documents: hits.map(({ text }) => text) };
    const scores = await scoresOf(context, accountOf(payer), { asked, signal });
    return hits.map((hit, at) => ({ ...hit, score: scores.get(at) ?? 0 })).sort((a, b) => b.score - a.score);
  } catch (error) {
    if (error instanceof KeywardError && ABOUT_MONEY.has(error.code)) throw error;
    context.logger.warn({ err: error, model }, 'the reranking model failed; passages keep their order');
    return undefined;
  }
}

async function scoresOf(
  { models }: RetrievalContext,
  account: Account,
  { asked: request, signal: given }: { asked: Asked; signal: AbortSignal | undefined },
): Promise<Map<number, number>> {
  const parsed = { ...request, top_n: request.documents.length };
  const body = Buffer.from(JSON.stringify(parsed));
  const wanted = { path: '/rerank', model: request.model, parsed };
  const { signal, release } = endedAfter(TIMEOUT_MS, [given]);
  try {
    const sent = { body, contentType: 'application/json', headers: {}, signal };
    const answer = await paidOnce(models, account, { ...wanted, ...sent });
    return rankingOf(await bytesOfAnswer(answer, ANSWER_MAX_BYTES), { ...request, status: answer.status });
  } finally {
    release();
  }
}

function rankingOf(bytes: Buffer, { model, status }: { model: string; status: number }): Map<number, number> {
  const { results } = JSON.parse(bytes.toString('utf8')) as { results?: unknown };
  if (status !== 200 || !Array.isArray(results))
    throw new KeywardError('upstream_unavailable', `The model ${model} gave no ranking.`);
  return new Map(
    (results as { index?: unknown; relevance_score?: unknown }[]).flatMap(({ index, relevance_score }) =>
      typeof index === 'number' && typeof relevance_score === 'number'
        ? [[index, Math.min(1, Math.max(0, relevance_score))] as const]
        : [],
    ),
  );
}
