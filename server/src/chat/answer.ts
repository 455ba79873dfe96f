import { askModel, type Piece, type Said } from './ask-model.ts';
import type { ChatContext } from './chat.ts';
import { gather, type Gathered } from './context.ts';
import type { Metrics } from './metrics.ts';
import type { ChosenModel } from './model-choice.ts';
import type { ChatEvent, ChatRequest, Ending } from './request.ts';
import { fitted } from './window.ts';

const REFUSAL = 'There is no relevant information in this workspace to answer your query.';

/** One chat on its way. */
export interface Job {
  context: ChatContext;
  request: ChatRequest;
  model: ChosenModel;
  hasPassages: boolean;
}

/** Finds what there is to draw from, asks the model once, keeps the answer. @returns once the model is being asked. */
export async function answerPlainly(job: Job): Promise<Ending | AsyncGenerator<ChatEvent>> {
  const { context, request, model } = job;
  const { windowTokens } = model;
  const found = await gather(context, request, { windowTokens, hasPassages: job.hasPassages });
  if (request.mode === 'query' && found.texts.length === 0) return refusal(request, 'nothing_found');
  const { texts: contexts, ...rest } = found;
  const messages = await fitted({ ...rest, contexts, message: request.message }, windowTokens);
  const startedMs = context.clock.monotonicMs();
  const question = { model: model.name, messages, temperature: model.temperature, secrets: found.secrets };
  const { isStream, signal } = request;
  const pieces = await askModel(context.models, {
    ...question,
    isStream,
    signal,
    account: request.account(),
  });
  return answered(job, { found, pieces, startedMs });
}

interface Asked {
  found: Gathered;
  pieces: AsyncGenerator<Piece>;
  startedMs: number;
}

async function* answered(job: Job, { found, pieces, startedMs }: Asked): AsyncGenerator<ChatEvent> {
  let spoken = '';
  let left: Said | undefined;
  let isOver = false;
  const keep = (text: string, metrics: Metrics) => {
    const { message: prompt, mode, conversation } = job.request;
    const { sources, images: attachments } = found;
    return conversation.record({ prompt, text, sources, attachments, mode, metrics, isIncluded: true });
  };
  try {
    for await (const piece of pieces) {
      if (piece.kind === 'text') spoken += piece.text;
      if (piece.kind === 'gone') left = piece.said;
      else isOver = piece.kind !== 'text';
      if (piece.kind !== 'said') {
        yield piece;
        continue;
      }
      const { text, finishReason } = piece.said;
      const metrics = metricsFor(job, { said: piece.said, startedMs });
      if (text === '') yield { kind: 'empty', metrics };
      else {
        const chatId = await keep(text, metrics);
        const { sources } = found;
        yield { kind: 'answered', text, sources, metrics, chatId, finishReason: finishReason ?? 'stop' };
      }
    }
  } finally {
    // What was said before the caller left is part of the conversation: the next question may follow up on it.
    if (!isOver && spoken !== '') await keep(spoken, metricsFor(job, { said: left, startedMs }));
  }
}

export function metricsFor(
  { context: { clock }, request }: Job,
  { said, startedMs }: { said: Said | undefined; startedMs: number },
): Metrics {
  if (said === undefined) return {};
  return request.metrics({ ...said, durationMs: clock.monotonicMs() - startedMs, nowMs: clock.nowMs() });
}

/** Mode `query` has nothing to draw from. Kept for whoever looks at the history, but no model is shown it. */
export async function refusal(
  request: ChatRequest,
  because: 'nothing_embedded' | 'nothing_found',
): Promise<Ending> {
  const { conversation, message: prompt, attachments, mode, workspace } = request;
  const text = workspace.queryRefusalResponse ?? REFUSAL;
  const kept = { prompt, text, sources: [], attachments, mode, metrics: {}, isIncluded: false };
  await conversation.record(kept);
  return { kind: 'refused', text, because };
}
