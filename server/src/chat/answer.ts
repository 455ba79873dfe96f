import { askModel, type Piece, type Reply } from './ask-model.ts';
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
  let streamed = '';
  let left: Reply | undefined;
  let isOver = false;
  const keep = (text: string, metrics: Metrics) => {
    const { message: prompt, mode, conversation } = job.request;
    const { sources, images: attachments } = found;
    return conversation.record({ prompt, text, sources, attachments, mode, metrics, isIncluded: true });
  };
  try {
    for await (const piece of pieces) {
      if (piece.kind === 'text') streamed += piece.text;
      if (piece.kind === 'gone') left = piece.reply;
      else isOver = piece.kind !== 'text';
      if (piece.kind !== 'reply') {
        yield piece;
        continue;
      }
      const { text, finishReason } = piece.reply;
      const metrics = metricsFor(job, { reply: piece.reply, startedMs });
      if (text === '') yield { kind: 'empty', metrics };
      else {
        const chatId = await keep(text, metrics);
        const { sources } = found;
        yield { kind: 'answered', text, sources, metrics, chatId, finishReason: finishReason ?? 'stop' };
      }
    }
  } finally {
    // An answer whose caller left is stored too: the next question may refer to it.
    if (!isOver && streamed !== '') await keep(streamed, metricsFor(job, { reply: left, startedMs }));
  }
}

export function metricsFor(
  { context: { clock }, request }: Job,
  { reply, startedMs }: { reply: Reply | undefined; startedMs: number },
): Metrics {
  if (reply === undefined) return {};
  return request.metrics({ ...reply, durationMs: clock.monotonicMs() - startedMs, nowMs: clock.nowMs() });
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
