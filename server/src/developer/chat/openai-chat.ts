import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import type { Attachment, ChatEvent, ChatRequest, Ending, Failure, Turn } from '../../chat/index.ts';
import { refuseTooLarge, workspaceConversation } from '../../chat/index.ts';
import type { Workspace } from '../../workspaces/index.ts';
import type { Decoded } from '../../http/index.ts';
import type { ChatServices } from '../services.ts';
import { field, flag, text } from '../fields.ts';
import { metricsOf } from './chat-metrics.ts';
import { requestBy, type Asking } from './chat-options.ts';
import { asker } from '../people/users-by-id.ts';

export interface OpenaiOptions {
  instructions: string | undefined;
  history: Turn[];
  message: string;
  attachments: Attachment[];
  temperature: number | undefined;
  isStream: boolean;
}

type Message = Readonly<Record<string, unknown>>;
const isMessage = (value: unknown): value is Message => typeof value === 'object' && value !== null;

export const OpenaiQuestion = Type.Object({
  model: text({ description: 'The slug of a workspace' }),
  messages: field(
    Type.Array(Type.Object({ role: Type.String(), content: Type.Unknown() })),
    (value): Message[] => (Array.isArray(value) ? value.filter(isMessage) : []),
  ),
  stream: Type.Optional(flag()),
  temperature: Type.Optional(
    field(Type.Number(), (value) => (typeof value === 'number' ? value : undefined)),
  ),
});

/**
 * @returns `no_messages`, `no_question`: the last message is not the user's.
 * @throws KeywardError `too_large`
 */
export function readOpenaiOptions(
  body: Decoded<typeof OpenaiQuestion>,
): OpenaiOptions | 'no_messages' | 'no_question' {
  const { messages, temperature, stream: isStream } = body;
  const all = [...messages];
  const last = all.pop();
  if (last === undefined) return 'no_messages';
  if (last['role'] !== 'user') return 'no_question';
  const instructions = all.filter(isInstruction).map(({ content }) => textOf(content));
  const history = turnsOf(all);
  const attachments = imagesOf(last['content']);
  refuseTooLarge([...attachments, ...history.flatMap((turn) => turn.attachments)]);
  return {
    instructions: instructions.filter((text) => text !== '').join('\n\n') || undefined,
    history,
    message: textOf(last['content']),
    attachments,
    temperature,
    isStream,
  };
}

const isInstruction = ({ role }: Message): boolean => role === 'system' || role === 'developer';

/** Questions with their answers; either may be missing. */
function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = [];
  let isOpen = false;
  for (const { role, content } of messages) {
    const text = textOf(content);
    const open = isOpen ? turns.at(-1) : undefined;
    if (role === 'assistant' && open !== undefined) {
      turns[turns.length - 1] = { ...open, text };
      isOpen = false;
    } else if (role === 'assistant') turns.push({ prompt: '', text, sources: [], attachments: [] });
    else if (role === 'user') {
      turns.push({ prompt: text, text: '', sources: [], attachments: imagesOf(content) });
      isOpen = true;
    }
  }
  return turns;
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  const parts = content.filter(isMessage).filter(({ type }) => type === 'text');
  return parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('\n');
}

function imagesOf(content: unknown): Attachment[] {
  if (!Array.isArray(content)) return [];
  return content.filter(isMessage).flatMap(({ type, image_url: image }, index) => {
    const url = isMessage(image) ? image['url'] : image;
    if (type !== 'image_url' || typeof url !== 'string' || url === '') return [];
    const mime = /^data:([^;,]+)/.exec(url)?.[1] ?? 'image/*';
    return [{ name: `image-${index}`, mime, contentString: url }];
  });
}

/** The history comes from the request; the answer is stored in the workspace nevertheless. */
export function openaiRequest(
  services: ChatServices,
  asking: Asking,
  { workspace, options }: { workspace: Workspace; options: OpenaiOptions },
): ChatRequest {
  const place = {
    workspaceId: workspace.id,
    threadId: null,
    apiSessionId: null,
    userId: asker(asking)?.id ?? null,
  };
  const { message, attachments, temperature, isStream, instructions, history } = options;
  return {
    ...requestBy(services, asking, workspace),
    conversation: { ...workspaceConversation(services, asking.actor, place), recent: async () => history },
    instructions: async () =>
      instructions === undefined
        ? services.workspaces.instructions(workspace, null)
        : { text: instructions, secrets: [] },
    message,
    attachments,
    temperature,
    isStream,
    metrics: metricsOf(isStream),
    mode: workspace.chatMode,
    isReset: false,
    noAgent: true,
    noBackfill: true,
  };
}

const NO_USAGE = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };

/** The endings that are an answer. */
type Said = Exclude<Ending, { kind: 'failed' | 'gone' | 'reset' }>;

function closingOf(ending: Said): { content: string | null; finish_reason: string; usage: object } {
  if (ending.kind === 'answered')
    return { content: ending.text, finish_reason: ending.finishReason, usage: ending.metrics };
  if (ending.kind === 'empty') return { content: null, finish_reason: 'no_content', usage: ending.metrics };
  const finish_reason = ending.because === 'nothing_embedded' ? 'abort' : 'no_content';
  return { content: ending.text, finish_reason, usage: NO_USAGE };
}

export function openaiAnswer(ending: Said, model: string, nowMs: number): object {
  const { content, finish_reason, usage } = closingOf(ending);
  const frame = frameOf('chat.completion', model, nowMs);
  const message = { role: 'assistant', content };
  return { ...frame, choices: [{ index: 0, message, logprobs: null, finish_reason }], usage };
}

const frameOf = (object: 'chat.completion' | 'chat.completion.chunk', model: string, nowMs: number) => ({
  id: randomUUID(),
  object,
  created: Math.floor(nowMs / 1000),
  model,
});

export const openaiError = ({ message, status, code }: Pick<Failure, 'message' | 'status' | 'code'>) => ({
  error: {
    message,
    type: status >= 500 ? 'server_error' : 'invalid_request_error',
    param: code === 'model_not_found' ? 'model' : null,
    code,
  },
});

/** The frames of a stream, which ends with `[DONE]` or with an error. */
export function openaiFrames(model: string, nowMs: number): (event: ChatEvent) => (object | string)[] {
  const frame = frameOf('chat.completion.chunk', model, nowMs);
  const chunk = (content: string, finish_reason: string | null = null, usage: object = {}): object => ({
    ...frame,
    choices: [{ index: 0, delta: { role: 'assistant', content }, logprobs: null, finish_reason }],
    usage,
  });
  return (event) => {
    if (event.kind === 'text') return [chunk(event.text)];
    if (event.kind === 'failed') return [openaiError(event.failure)];
    if (event.kind !== 'answered' && event.kind !== 'empty' && event.kind !== 'refused') return [];
    const { finish_reason, usage } = closingOf(event);
    if (event.kind === 'refused') return [chunk(event.text, finish_reason, usage), '[DONE]'];
    return [chunk(''), chunk('', finish_reason, usage), '[DONE]'];
  };
}
