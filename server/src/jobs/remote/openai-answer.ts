import { isObject } from '../../base/is-object.ts';
import { badResult } from './call-errors.ts';

type Json = Record<string, unknown>;

/** A request of the OpenAI API that became a job. */
export interface OpenaiRequest {
  /** Below `/v1`. */
  path: string;
  payload: Json;
  jobId: string;
  /** ms since 1970 */
  atMs: number;
}

/**
 * Writes the output of a worker as events of the OpenAI API: chunk objects as they are, texts as chunks. What a worker
 * leaves out is added at the end: the answer itself where it sent no output, the usage, and the end.
 */
export class AnswerWriter {
  readonly #request: OpenaiRequest;
  #isBegun = false;
  #isFinished = false;
  #hasUsage = false;

  constructor(request: OpenaiRequest) {
    this.#request = request;
  }

  /** @returns '' for output that is no part of an answer. */
  piece(output: unknown): string {
    if (!isObject(output)) return '';
    if (isObject(output['usage'])) this.#hasUsage = true;
    if (Array.isArray(output['choices'])) {
      this.#isBegun = true;
      this.#isFinished ||= output['choices'].some(
        (choice) => isObject(choice) && typeof choice['finish_reason'] === 'string',
      );
      return frame(output);
    }
    const { text } = output;
    return typeof text === 'string' ? this.#text(text) : '';
  }

  /** @throws KeywardError for a result that has no answer */
  end(result: unknown): string {
    const answer = isObject(result) ? result : {};
    const missing = this.#isBegun ? '' : this.#chunkOf(wholeAnswer(this.#request, result));
    const finish = this.#isFinished ? '' : this.#chunk([this.#choice({}, 'stop')]);
    const usage =
      this.#hasUsage || !isObject(answer['usage'])
        ? ''
        : this.#chunk([], usageOf(answer['usage'], this.#request.path));
    return `${missing}${finish}${usage}data: [DONE]\n\n`;
  }

  #text(text: string): string {
    const role = this.#isBegun ? {} : { role: 'assistant' };
    this.#isBegun = true;
    return this.#chunk([this.#choice({ ...role, content: text }, null)]);
  }

  /** A whole answer as one chunk. */
  #chunkOf({ choices }: Json): string {
    if (!Array.isArray(choices)) return '';
    this.#isFinished = true;
    return this.#chunk(
      choices.map((choice: unknown) => {
        const { message, ...rest } = isObject(choice) ? choice : {};
        return isObject(message) ? { ...rest, delta: withIndices(message) } : rest;
      }),
    );
  }

  #choice(delta: Json, reason: string | null): Json {
    if (this.#request.path === '/completions')
      return { index: 0, text: delta['content'] ?? '', finish_reason: reason, logprobs: null };
    return { index: 0, delta, finish_reason: reason };
  }

  #chunk(choices: unknown[], usage?: Json): string {
    const isChat = this.#request.path === '/chat/completions';
    const object = isChat ? 'chat.completion.chunk' : 'text_completion';
    return frame({ ...headOf(this.#request, object), choices, ...(usage && { usage }) });
  }
}

const frame = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** Pieces of tool calls have their place in the list. */
function withIndices(message: Json): Json {
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls)) return message;
  return {
    ...message,
    tool_calls: calls.map((call: unknown, index) => ({ index, ...(isObject(call) && call) })),
  };
}

const headOf = ({ path, payload, jobId, atMs }: OpenaiRequest, object: string): Json => ({
  id: `${path === '/completions' ? 'cmpl' : 'chatcmpl'}-${jobId}`,
  object,
  created: Math.floor(atMs / 1_000),
  model: payload['model'],
});

/**
 * The answer to a request that is not streamed; its vectors are written as the request asks, also where the worker, or its
 * upstream, knows only numbers: some clients read numbers in place of base64 as other vectors, without an error.
 * @throws KeywardError for a result without an answer
 */
export function answerTo(request: OpenaiRequest, result: unknown): Json {
  const answer = wholeAnswer(request, result);
  const { data } = answer;
  const isEncoded = request.path === '/embeddings' && request.payload['encoding_format'] === 'base64';
  if (!isEncoded || !Array.isArray(data)) return answer;
  return { ...answer, data: data.map(withBase64) };
}

/** Little-endian 32-bit numbers, as the OpenAI API writes them. */
function withBase64(item: unknown): unknown {
  const vector = isObject(item) ? item['embedding'] : undefined;
  if (!isObject(item) || !Array.isArray(vector) || !vector.every((value) => typeof value === 'number'))
    return item;
  const bytes = Buffer.alloc(4 * vector.length);
  for (const [at, value] of vector.entries()) bytes.writeFloatLE(value, 4 * at);
  return { ...item, embedding: bytes.toString('base64') };
}

/**
 * The answer in a result: a whole answer object as it is; otherwise `output`, which is such an object, a text, or vectors.
 * @throws KeywardError for another result
 */
function wholeAnswer(request: OpenaiRequest, result: unknown): Json {
  if (!isObject(result)) throw badResult();
  if (isAnswer(request, result)) return result;
  const { output, usage } = result;
  const counted = isObject(usage) ? { usage: usageOf(usage, request.path) } : {};
  if (isObject(output) && isAnswer(request, output)) return { ...output, ...counted };
  if (request.path === '/embeddings') {
    const vectors = Array.isArray(output) && typeof output[0] === 'number' ? [output] : output;
    if (!Array.isArray(vectors) || !vectors.every(Array.isArray)) throw badResult();
    const data = vectors.map((embedding, index) => ({
      object: 'embedding',
      index,
      embedding: embedding as unknown,
    }));
    // The clients need it; a worker that reports none leaves it at 0.
    return {
      object: 'list',
      data,
      model: request.payload['model'],
      usage: usageOf({}, request.path),
      ...counted,
    };
  }
  if (typeof output !== 'string') throw badResult();
  const isChat = request.path === '/chat/completions';
  const head = headOf(request, isChat ? 'chat.completion' : 'text_completion');
  const text = isChat ? { message: { role: 'assistant', content: output, refusal: null } } : { text: output };
  const choice = { index: 0, ...text, logprobs: null, finish_reason: 'stop' };
  return { ...head, choices: [choice], ...counted };
}

const isAnswer = ({ path }: OpenaiRequest, value: Json): boolean =>
  Array.isArray(value[path === '/embeddings' ? 'data' : 'choices']);

/** With the members that clients need. */
function usageOf(usage: Json, path: string): Json {
  const count = (name: string): number => (typeof usage[name] === 'number' ? usage[name] : 0);
  const [prompt, completion] = [count('prompt_tokens'), count('completion_tokens')];
  const counted = { prompt_tokens: prompt, total_tokens: prompt + completion };
  return { ...counted, ...(path === '/embeddings' ? {} : { completion_tokens: completion }), ...usage };
}
