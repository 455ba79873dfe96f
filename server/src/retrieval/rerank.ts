import { KeywardError } from '../base/errors.ts';
import { bytesOfAnswer } from './answer-bytes.ts';
import type { RetrievalContext } from './context.ts';
import type { Hit } from './hit.ts';
import { RERANK_SETTING } from './recipe.ts';

const TIMEOUT_MS = 30_000;
const ANSWER_MAX_BYTES = 4 * 1024 * 1024;

/**
 * The second look by a reranking model: `POST /rerank` of an upstream, as Jina, Cohere, vLLM and llama.cpp have it.
 * @returns the best first; undefined where no such model is set or it fails, which is logged and fails no search.
 */
export async function rerankUpstream<T extends Hit>(
  context: RetrievalContext,
  { query, hits }: { query: string; hits: readonly T[] },
): Promise<T[] | undefined> {
  const model = (await context.settings.get(RERANK_SETTING))?.trim() ?? '';
  if (model === '' || hits.length < 2) return undefined;
  try {
    const scores = await scoresOf(context, { model, query, documents: hits.map(({ text }) => text) });
    return hits.map((hit, at) => ({ ...hit, score: scores.get(at) ?? 0 })).sort((a, b) => b.score - a.score);
  } catch (error) {
    context.logger.warn({ err: error, model }, 'the reranking model failed; passages keep their order');
    return undefined;
  }
}

async function scoresOf(
  { models }: RetrievalContext,
  request: { model: string; query: string; documents: string[] },
): Promise<Map<number, number>> {
  const parsed = { ...request, top_n: request.documents.length };
  const answer = await models.forward({
    path: '/rerank',
    model: request.model,
    body: Buffer.from(JSON.stringify(parsed)),
    parsed,
    contentType: 'application/json',
    headers: {},
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const bytes = await bytesOfAnswer(answer, ANSWER_MAX_BYTES);
  const { results } = JSON.parse(bytes.toString('utf8')) as { results?: unknown };
  if (answer.status !== 200 || !Array.isArray(results))
    throw new KeywardError('upstream_unavailable', `The model ${request.model} gave no ranking.`);
  return new Map(
    (results as { index?: unknown; relevance_score?: unknown }[]).flatMap(({ index, relevance_score }) =>
      typeof index === 'number' && typeof relevance_score === 'number'
        ? [[index, Math.min(1, Math.max(0, relevance_score))] as const]
        : [],
    ),
  );
}
