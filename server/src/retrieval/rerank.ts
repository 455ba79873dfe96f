import { KeywardError } from '../base/errors.ts';
import { paidOnce } from '../models/index.ts';
import { accountOf, type Payer, type RetrievalContext } from './context.ts';
import { bytesOfAnswer } from './embedding/embedding-answer.ts';
import { RERANK_SETTING } from './embedding/recipe.ts';
import { endedAfter } from './ended-after.ts';
import type { Hit } from './search.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

interface SecondRanking {
  query: string;
  hits: () => Promise<Hit[]>;
  /** Left out: the server itself. */
  payer: Payer | undefined;
  signal: AbortSignal | undefined;
}

/** These concern the payer's money: the search fails with them. */
const ABOUT_MONEY = new Set(['budget_exceeded', 'budget_too_small', 'model_unpriced']);

/**
 * The second ranking by a reranking model: `POST /rerank` of an upstream, as Jina, Cohere, vLLM and llama.cpp have it. On the
 * payer's account, and only where its key covers the model.
 * @returns the best first; undefined where no such model is set, the key does not cover it, or it fails, which is logged.
 * @throws KeywardError `budget_exceeded`, `model_unpriced`
 */
export async function rerankUpstream(
  context: RetrievalContext,
  request: SecondRanking,
): Promise<Hit[] | undefined> {
  const model = (await context.settings.get(RERANK_SETTING))?.trim() ?? '';
  if (model === '') return undefined;
  const hits = await request.hits();
  if (hits.length < 2) return undefined;
  try {
    const scores = await scoresOf(context, model, { ...request, documents: hits.map(({ text }) => text) });
    return hits.map((hit, at) => ({ ...hit, score: scores.get(at) ?? 0 })).sort((a, b) => b.score - a.score);
  } catch (error) {
    if (error instanceof KeywardError && ABOUT_MONEY.has(error.code)) throw error;
    context.logger.warn({ err: error, model }, 'the reranking model failed; passages keep their order');
    return undefined;
  }
}

async function scoresOf(
  { models }: RetrievalContext,
  model: string,
  { query, documents, payer, signal: given }: Omit<SecondRanking, 'hits'> & { documents: string[] },
): Promise<Map<number, number>> {
  const parsed = { model, query, documents, top_n: documents.length };
  const body = Buffer.from(JSON.stringify(parsed));
  const { signal, release } = endedAfter(TIMEOUT_MS, [given]);
  try {
    const sent = { body, parsed, contentType: 'application/json', headers: {}, signal };
    const answer = await paidOnce(models, accountOf(payer), { path: '/rerank', model, ...sent });
    return rankingOf(await bytesOfAnswer(answer, ANSWER_MAX_BYTES), { model, status: answer.status });
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
