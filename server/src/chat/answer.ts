import { askModel } from './ask-model.ts';
import type { Piece, Said } from './ask-model.ts';
import type { ChatContext } from './chat.ts';
import { gather } from './context.ts';
import type { Context, Gathered } from './context.ts';
import { withoutSecrets } from './secrets.ts';
import { failureOf } from './failure.ts';
import type { Failure } from './failure.ts';
import type { ModelMessage } from './message.ts';
import { metricsOf } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import type { ChosenModel } from './model-choice.ts';
import type { ChatEvent, ChatRequest, Ending } from './request.ts';
import { fitted } from './window.ts';

/** Shown to a model where the workspace says nothing, or 0: clients of this API know that as the default. */
const HISTORY_TURNS = 20;
/** Each with its sources: no window holds as many, and nobody's memory should. */
const HISTORY_TURNS_MAX = 200;
const REFUSAL = 'There is no relevant information in this workspace to answer your query.';

/** One chat on its way. */
export interface Job {
  context: ChatContext;
  request: ChatRequest;
  model: ChosenModel;
  hasPassages: boolean;
}

/** Finds what there is to draw from, asks the model once, keeps the answer. */
export async function* answerPlainly(job: Job): AsyncGenerator<ChatEvent> {
  const { request, model } = job;
  const found = await drawnFrom(job);
  if ('failure' in found) {
    yield { kind: 'failed', ...found };
    return;
  }
  if (request.mode === 'query' && found.texts.length === 0) {
    yield await refusal(request, 'nothing_found');
    return;
  }
  const messages = await fitted(
    {
      instructions: found.instructions,
      contexts: found.texts,
      history: found.history,
      message: request.message,
      images: found.images,
    },
    model.windowTokens,
  );
  yield* asked(job, found, messages);
}

async function* asked(
  job: Job,
  found: Gathered,
  messages: readonly ModelMessage[],
): AsyncGenerator<ChatEvent> {
  const { context, request, model } = job;
  const startedMs = context.clock.monotonicMs();
  const { isStream, signal } = request;
  const question = {
    model: model.name,
    messages,
    temperature: model.temperature,
    isStream,
    signal,
  };
  let spoken = '';
  let left: Said | undefined;
  let isOver = false;
  try {
    const pieces = askModel(context.models, { ...question, account: request.account() });
    for await (const piece of withoutSecrets(pieces, found.secrets)) {
      if (piece.kind === 'text') spoken += piece.text;
      if (piece.kind === 'gone') left = piece.said;
      else isOver = piece.kind === 'said' || piece.kind === 'failed';
      yield piece.kind === 'said' ? await ended(job, found, { said: piece.said, startedMs }) : eventOf(piece);
    }
  } finally {
    // What was said before the caller left is part of the conversation: the next question may follow up on it.
    if (!isOver && spoken !== '') {
      await keep(job, found, { text: spoken, metrics: metricsFor(job, { said: left, startedMs }) });
    }
  }
}

function eventOf(piece: Exclude<Piece, { kind: 'said' }>): ChatEvent {
  if (piece.kind === 'begun') return { kind: 'begun', isAgent: false };
  if (piece.kind === 'failed') return { kind: 'failed', failure: piece.failure };
  return piece.kind === 'gone' ? { kind: 'gone' } : piece;
}

/** What the caller cannot help, such as an embedding model that does not answer, is told like a failure of the model. */
export async function drawnFrom({
  context,
  request,
  model,
  hasPassages,
}: Job): Promise<Gathered | { failure: Failure }> {
  const turns = Math.min(request.place.openAiHistory || HISTORY_TURNS, HISTORY_TURNS_MAX);
  try {
    const { windowTokens } = model;
    return await gather(context.library, request, { turns, windowTokens, hasPassages });
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

interface Course {
  said: Said | undefined;
  startedMs: number;
}

async function ended(job: Job, found: Context, course: Course & { said: Said }): Promise<Ending> {
  const { said } = course;
  const metrics = metricsFor(job, course);
  if (said.text === '') return { kind: 'empty', metrics };
  const chatId = await keep(job, found, { text: said.text, metrics });
  const finishReason = said.finishReason ?? 'stop';
  return { kind: 'answered', text: said.text, sources: found.sources, metrics, chatId, finishReason };
}

export function metricsFor({ context, request }: Job, { said, startedMs }: Course): Metrics {
  if (said === undefined) return {};
  const { clock } = context;
  const { usage, model, provider } = said;
  const durationMs = clock.monotonicMs() - startedMs;
  return metricsOf({ usage, durationMs, model, provider, nowMs: clock.nowMs(), isStream: request.isStream });
}

function keep(
  { request }: Job,
  { sources, images }: Context,
  { text, metrics }: { text: string; metrics: Metrics },
): Promise<number | undefined> {
  const { message: prompt, mode, conversation } = request;
  return conversation.record({ prompt, text, sources, attachments: images, mode, metrics, isIncluded: true });
}

/** Mode `query` has nothing to draw from. Kept for whoever looks at the history, but no model is shown it. */
export async function refusal(
  request: ChatRequest,
  because: 'nothing_embedded' | 'nothing_found',
): Promise<Ending> {
  const { conversation, message: prompt, attachments, mode, place } = request;
  const text = place.queryRefusalResponse ?? REFUSAL;
  await conversation.record({
    prompt,
    text,
    sources: [],
    attachments,
    mode,
    metrics: {},
    isIncluded: false,
  });
  return { kind: 'refused', text, because };
}
