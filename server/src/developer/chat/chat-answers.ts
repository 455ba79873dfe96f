import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import type { Answered, ChatEvent, Ending } from '../../chat/index.ts';
import { nullable, sendFrames, type Answer, type Frames } from '../../http/index.ts';
import { json, phrase } from '../answers.ts';
import { Metrics, Source } from './history.ts';

export const ChatAbort = Type.Object(
  {
    id: Type.String(),
    type: Type.Literal('abort'),
    textResponse: Type.Null(),
    sources: Type.Array(Source),
    close: Type.Boolean(),
    error: Type.String(),
    metrics: Type.Optional(Metrics),
  },
  { title: 'ChatAbort' },
);

/** A whole answer; its members and their order depend on the kind of the answer. */
export const ChatAnswer = Type.Object(
  {
    id: Type.String(),
    type: Type.String({ description: 'textResponse, or abort where the model said nothing' }),
    close: Type.Boolean(),
    error: nullable(Type.String()),
    chatId: Type.Optional(Type.Integer({ description: 'Left out for refusals, resets and agents' })),
    textResponse: nullable(Type.String()),
    sources: Type.Array(Source),
    metrics: Metrics,
    thoughts: Type.Optional(Type.Array(Type.String(), { description: 'Of an agent' })),
    outputs: Type.Optional(Type.Array(Type.Unknown(), { description: 'Of an agent' })),
  },
  { title: 'ChatAnswer' },
);

export const RESET = 'Chat history was reset!';
export const NOTHING_SAID = 'No text completion could be completed with this input.';

export const abortBody = (error: string, id: string = randomUUID()) => ({
  id,
  type: 'abort' as const,
  textResponse: null,
  sources: [],
  close: true,
  error,
});

/** The last event of a chat as one JSON answer. */
export function wholeAnswer(ending: Ending): Answer {
  const id = randomUUID();
  if (ending.kind === 'answered') return json(answeredBody(id, ending));
  if (ending.kind === 'refused') {
    const { text: textResponse } = ending;
    const head = { id, type: 'textResponse', close: true, error: null };
    return json({ ...head, textResponse, sources: [], metrics: {} });
  }
  if (ending.kind === 'reset') return json({ ...resetBody(id), close: true, error: null, metrics: {} });
  if (ending.kind === 'empty') return json({ ...abortBody(NOTHING_SAID, id), metrics: ending.metrics });
  // `gone`: the caller has left, and nobody reads the answer.
  return ending.kind === 'gone' ? phrase(500) : json(abortBody(ending.failure.message, id), 500);
}

const resetBody = (id: string) => ({ id, type: 'textResponse', textResponse: RESET, sources: [] });

function answeredBody(id: string, ending: Answered): object {
  const { text: textResponse, sources, metrics, chatId, thoughts, outputs } = ending;
  const head = { id, type: 'textResponse' };
  if (thoughts === undefined)
    return { ...head, close: true, error: null, chatId, textResponse, sources, metrics };
  return { ...head, sources, close: true, error: null, textResponse, thoughts, outputs, metrics };
}

/** The same as server-sent events. @param release called at the end in every case. */
export const streamedAnswer = <E>(
  streamed: Omit<Frames<E>, 'headers'>,
  release: () => void = () => undefined,
): Answer => ({
  stream: (response) =>
    sendFrames(response, { ...streamed, headers: { 'access-control-allow-origin': '*' } }).finally(release),
});

/** Frames of the Developer API: `uuid` and `error: false` on streamed text, `id` and `error: null` on the rest. */
export function chatFrames(): (event: ChatEvent) => object[] {
  const uuid = randomUUID();
  return (event) => {
    if (event.kind === 'text') return [textFrame(uuid, event.text, event.isAgent)];
    return event.kind === 'thought' ? [thoughtFrame(uuid, event.text)] : lastFrames(uuid, event);
  };
}

export const textFrame = (uuid: string, textResponse: string, isAgent = false): object =>
  isAgent
    ? { id: uuid, type: 'textResponseChunk', textResponse, sources: [], close: false, error: null }
    : { uuid, sources: [], type: 'textResponseChunk', textResponse, close: false, error: false };

const thoughtFrame = (id: string, thought: string): object => ({
  id,
  type: 'agentThought',
  thought,
  sources: [],
  attachments: [],
  close: false,
  error: null,
  animate: true,
});

function lastFrames(uuid: string, ending: Ending): object[] {
  const whole = { sources: [], attachments: [], close: true, error: null };
  const said = (textResponse: string) => [
    { id: uuid, type: 'textResponse', textResponse, ...whole, metrics: {} },
  ];
  if (ending.kind === 'refused') return said(ending.text);
  if (ending.kind === 'reset') return said(RESET);
  if (ending.kind === 'failed') return [abortBody(ending.failure.message, uuid)];
  if (ending.kind === 'empty')
    return [closing(uuid), { uuid, type: 'finalizeResponseStream', close: true, error: false }];
  if (ending.kind === 'gone') return [];
  return ending.thoughts === undefined ? answered(uuid, ending) : agentAnswered(uuid, ending);
}

export const closing = (uuid: string): object => ({
  uuid,
  sources: [],
  type: 'textResponseChunk',
  textResponse: '',
  close: true,
  error: false,
});

function answered(uuid: string, { chatId, metrics, sources }: Answered): object[] {
  const last = { uuid, type: 'finalizeResponseStream', close: true, error: false, chatId, metrics, sources };
  return [closing(uuid), last];
}

function agentAnswered(id: string, ending: Answered): object[] {
  const { text: textResponse, thoughts, outputs, sources, metrics } = ending;
  const whole = { id, type: 'textResponse', textResponse, sources: [], attachments: [] };
  const last = { uuid: id, type: 'finalizeResponseStream', textResponse, thoughts, outputs, sources };
  return [
    { id, type: 'usageMetrics', metrics, close: false, error: null },
    { ...whole, close: true, error: null, animate: false },
    { ...last, close: true, error: false, metrics },
  ];
}

/** The last event; the others are for streams. */
export async function endingOf(events: AsyncIterable<ChatEvent>): Promise<Ending> {
  let last: ChatEvent | undefined;
  for await (const event of events) last = event;
  if (last === undefined || last.kind === 'text' || last.kind === 'thought')
    throw new Error('a chat ended without an ending');
  return last;
}
