import { randomUUID } from 'node:crypto';
import type { ChatModel, Generation, Prompt, Sampling } from './chat-model.ts';
import { readChatRequest, readCompletionRequest, type StreamOptions } from './chat-request.ts';
import type { Exchange } from './exchange.ts';
import type { Fields } from './fields.ts';
import type { WorkQueue } from './work-queue.ts';

/** The only difference between chats and raw completions. */
interface Shape {
  readonly idPrefix: string;
  readonly object: string;
  readonly chunkObject: string;
  readonly whole: (text: string) => object;
  readonly first?: object;
  readonly piece: (text: string) => object;
  readonly last: object;
}

const CHAT: Shape = {
  idPrefix: 'chatcmpl-',
  object: 'chat.completion',
  chunkObject: 'chat.completion.chunk',
  whole: (content) => ({ message: { role: 'assistant', content, refusal: null } }),
  first: { delta: { role: 'assistant', content: '' } },
  piece: (content) => ({ delta: { content } }),
  last: { delta: {} },
};

const RAW: Shape = {
  idPrefix: 'cmpl-',
  object: 'text_completion',
  chunkObject: 'text_completion',
  whole: (text) => ({ text }),
  piece: (text) => ({ text }),
  last: { text: '' },
};

export interface Generator {
  readonly model: ChatModel;
  readonly queue: WorkQueue;
  /** Aborted when the process ends its running requests. */
  readonly stopping: AbortSignal;
}

/** POST /v1/chat/completions */
export async function answerChat(exchange: Exchange, fields: Fields, generator: Generator): Promise<void> {
  const request = readChatRequest(fields);
  const prompt = generator.model.chatPrompt(request.messages);
  // Before the first byte: an invalid schema can still get a 400.
  const grammar = request.grammar && (await generator.model.compileGrammar(request.grammar));
  const sampling = { ...request.sampling, grammar };
  await answer(exchange, generator, { shape: CHAT, prompt, sampling, stream: request });
}

/** POST /v1/completions */
export async function answerRaw(exchange: Exchange, fields: Fields, generator: Generator): Promise<void> {
  const request = readCompletionRequest(fields);
  const prompt = generator.model.rawPrompt(request.prompt);
  await answer(exchange, generator, { shape: RAW, prompt, sampling: request.sampling, stream: request });
}

interface Job {
  readonly shape: Shape;
  readonly prompt: Prompt;
  readonly sampling: Sampling;
  readonly stream: StreamOptions;
}

async function answer(exchange: Exchange, generator: Generator, job: Job): Promise<void> {
  const { shape, stream: options } = job;
  const id = shape.idPrefix + randomUUID().replaceAll('-', '');
  const base = { id, created: Math.floor(Date.now() / 1000), model: generator.model.name };
  const signal = AbortSignal.any([exchange.gone, generator.stopping]);
  const send = (choice: object, finish_reason: string | null): void => {
    const choices = [{ index: 0, ...choice, logprobs: null, finish_reason }];
    const usage = options.includeUsage ? { usage: null } : {};
    exchange.event({ ...base, object: shape.chunkObject, choices, ...usage });
  };
  const result = await generator.queue.run(signal, () => {
    if (!options.stream) return generator.model.generate(job.prompt, job.sampling, { signal });
    if (shape.first) send(shape.first, null);
    const onText = (text: string): void => send(shape.piece(text), null);
    return generator.model.generate(job.prompt, job.sampling, { signal, onText });
  });
  const usage = usageOf(result);
  if (!options.stream) {
    const { text, finishReason: finish_reason } = result;
    const choices = [{ index: 0, ...shape.whole(text), logprobs: null, finish_reason }];
    return exchange.json(200, { ...base, object: shape.object, choices, usage });
  }
  send(shape.last, result.finishReason);
  if (options.includeUsage) exchange.event({ ...base, object: shape.chunkObject, choices: [], usage });
  exchange.event('[DONE]');
  exchange.response.end();
}

function usageOf({ promptTokens, completionTokens }: Generation): object {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}
