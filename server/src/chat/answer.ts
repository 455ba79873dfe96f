import { askModel, type Piece, type Said } from './ask-model.ts';
import type { ChatContext } from './chat.ts';
import { gather, type Gathered } from './context.ts';
import type { ChosenModel } from './model-choice.ts';
import type { ChatEvent, ChatRequest, Ending, Metrics } from './request.ts';
import { fitted } from './window.ts';

const REFUSAL = 'There is no relevant information in this workspace to answer your query.';

/** One chat. */
export interface Job {
  context: ChatContext;
  request: ChatRequest;
  model: ChosenModel;
  hasPassages: boolean;
}

/** Searches the documents, asks the model once, and stores the answer. Resolves when the model is being asked. */
export async function answerPlainly(job: Job): Promise<Ending | AsyncGenerator<ChatEvent>> {
  const { context, request, model } = job;
  const found = await gather(job);
  if (request.mode === 'query' && found.texts.length === 0) return refusal(request, 'nothing_found');
  const messages = await fitted({ ...found, contexts: found.texts, message: request.message }, model);
  const startedMs = context.clock.monotonicMs();
  const pieces = await askModel(job, { messages, isStream: request.isStream, secrets: found.secrets });
  return answered(job, found, pieces, startedMs);
}

async function* answered(
  job: Job,
  found: Gathered,
  pieces: AsyncGenerator<Piece>,
  startedMs: number,
): AsyncGenerator<ChatEvent> {
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
    // An answer whose caller left is stored too: the next question may refer to it.
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

/** Mode `query` found nothing. Stored in the history, but not part of later prompts. */
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
