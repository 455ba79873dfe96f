import { JobFailure, type JobContext, type WorkerJob } from '@keyward/sdk';
import { isObject } from '../../base/is-object.ts';
import type { Upstream } from './upstream.ts';
import { textIn, WholeAnswer } from './whole-answer.ts';

type Json = Record<string, unknown>;

const PATHS: Record<string, string> = {
  '/v1/chat/completions': '/chat/completions',
  '/v1/completions': '/completions',
  '/v1/embeddings': '/embeddings',
};
const CHAT = '/chat/completions';
/** Names of models that do not chat. */
const NO_CHAT = /embed|minilm|bge-|rerank|whisper|tts|image/i;

interface Surroundings {
  upstream: Upstream;
  /** Those that the worker serves, for a job that names none. */
  models: readonly string[];
}

/** Does a job with the upstream: a request of the OpenAI API, or a chat. @throws JobFailure */
export function doJob(around: Surroundings, job: WorkerJob, context: JobContext): Promise<Json> {
  const { endpoint, ...payload } = job.payload;
  if (endpoint === undefined) return chat(around, { job, payload }, context);
  const path = typeof endpoint === 'string' ? PATHS[endpoint] : undefined;
  if (path === undefined)
    throw new JobFailure(
      'bad_payload',
      `payload.endpoint: must be one of ${Object.keys(PATHS).join(', ')}, or left out.`,
    );
  const body = { ...payload, model: modelFor(around, job, path) };
  const isStreamed = payload['stream'] === true && path !== '/embeddings';
  if (!isStreamed) return around.upstream.whole({ path, body, signal: context.signal });
  return streamed(around, { path, body }, context);
}

/** Each chunk is a piece; the result is the whole answer. */
async function streamed(
  { upstream }: Surroundings,
  { path, body }: { path: string; body: Json },
  { signal, emit }: JobContext,
): Promise<Json> {
  const options = isObject(body['stream_options']) ? body['stream_options'] : {};
  const wantsUsage = options['include_usage'] === true;
  const answer = new WholeAnswer({ isChat: path === CHAT });
  for await (const piece of upstream.chunks({ path, body, signal })) {
    if ('whole' in piece) return piece.whole;
    answer.add(piece.chunk);
    // The usage is for the receipt; a client that did not ask for it gets no chunk without choices.
    if (wantsUsage || !isOnlyUsage(piece.chunk)) await emit(piece.chunk);
  }
  return answer.answer();
}

const isOnlyUsage = ({ choices, usage }: Json): boolean =>
  Array.isArray(choices) && choices.length === 0 && isObject(usage);

/** The text is streamed; the result is all of it. */
async function chat(
  around: Surroundings,
  { job, payload }: { job: WorkerJob; payload: Json },
  { signal, emit }: JobContext,
): Promise<Json> {
  if (!Array.isArray(payload['messages']))
    throw new JobFailure(
      'bad_payload',
      'payload.messages: must be a list of messages, such as [{"role": "user", "content": "Hello"}].',
    );
  const model = modelFor(around, job, CHAT);
  const body = { ...payload, model, stream: true };
  const answer = new WholeAnswer({ isChat: true });
  for await (const piece of around.upstream.chunks({ path: CHAT, body, signal })) {
    const chunk = 'whole' in piece ? chunkOf(piece.whole) : piece.chunk;
    answer.add(chunk);
    const text = textIn(chunk);
    if (text !== '') await emit({ text });
  }
  const { usage, text: output } = answer;
  return { model, output, ...(usage !== undefined && { usage }) };
}

/** Of an upstream that does not stream. */
function chunkOf({ choices, ...answer }: Json): Json {
  const list = Array.isArray(choices) ? choices.filter(isObject) : [];
  return { ...answer, choices: list.map(({ message, ...choice }) => ({ ...choice, delta: message })) };
}

function modelFor({ models }: Surroundings, { model, payload }: WorkerJob, path: string): string {
  const named = model ?? payload['model'];
  if (typeof named === 'string') return named;
  const fits = (name: string): boolean => NO_CHAT.test(name) === (path === '/embeddings');
  const found = models.find(fits) ?? models[0];
  if (found !== undefined) return found;
  throw new JobFailure('model_missing', 'This worker serves no model now.');
}
