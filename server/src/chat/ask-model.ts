import type { Readable } from 'node:stream';
import { KeywardError } from '../base/errors.ts';
import { paid } from '../models/index.ts';
import type { Account, Answer, JsonObject, Models, UsageReport } from '../models/index.ts';
import { Completion, list, object } from './completion.ts';
import { eventData } from './event-stream.ts';
import { brokenOff, failureOf, providerFailure, streamFailure } from './failure.ts';
import type { Failure } from './failure.ts';
import type { ModelMessage, Tool, ToolCall } from './message.ts';

const PATH = '/chat/completions';
/** Of a whole answer. */
const ANSWER_MAX_BYTES = 32 * 1024 * 1024;

export interface Question {
  model: string;
  messages: readonly ModelMessage[];
  /** undefined: the model's own. */
  temperature: number | undefined;
  tools?: readonly Tool[];
  /** Whether the text is wanted piece by piece. */
  isStream: boolean;
  signal: AbortSignal;
  /** Pays, and says which models may be asked. */
  account: Account;
}

/** What a model said, at the end of it. */
export interface Said {
  text: string;
  toolCalls: ToolCall[];
  finishReason: string | null;
  /** The public name of the model. */
  model: string;
  /** The name of its upstream. */
  provider: string;
  usage: UsageReport;
}

/** `begun`: the budget is held and the model is asked. `failed`: what was said before it is no whole answer. */
export type Piece =
  | { kind: 'begun' }
  | { kind: 'text'; text: string }
  | { kind: 'said'; said: Said }
  | { kind: 'failed'; failure: Failure; textBefore: string }
  /** The caller went away; the upstream knows it. */
  | { kind: 'gone'; said: Said | undefined };

/**
 * Asks a model and gives what it says as it comes. The last piece is `said`, `failed` or `gone`.
 * @throws KeywardError `budget_exceeded`, `forbidden_resource`, `model_unpriced`: what is about the key, before anything else.
 */
export async function* askModel(models: Models, question: Question): AsyncGenerator<Piece> {
  const { model, account, signal } = question;
  const parsed = bodyOf(question);
  const body = Buffer.from(JSON.stringify(parsed));
  const wanted = { path: PATH, model, parsed, bytes: body.length };
  let asked: Promise<Answer | Error>;
  try {
    // Asked first and told then: the head of a stream is written while the question is on its way.
    ({ asked } = await paid(models, account, wanted, (send) => {
      const request = { body, parsed, contentType: 'application/json', headers: {}, signal };
      // Never rejects: it may be awaited later than it ends.
      return { asked: send(request).catch((error: unknown) => error as Error) };
    }));
  } catch (error) {
    yield { kind: 'failed', failure: failureOf(error), textBefore: '' };
    return;
  }
  let isAwaited = false;
  try {
    yield { kind: 'begun' };
    isAwaited = true;
  } finally {
    // Nobody is there to take the answer.
    if (!isAwaited) void asked.then((answer) => answer instanceof Error || answer.body.destroy());
  }
  const answer = await asked;
  if (answer instanceof Error) {
    yield signal.aborted
      ? { kind: 'gone', said: undefined }
      : { kind: 'failed', failure: failureOf(answer), textBefore: '' };
    return;
  }
  yield* read(answer, signal);
}

function bodyOf({ model, messages, temperature, tools, isStream }: Question): JsonObject {
  return {
    model,
    messages,
    ...(temperature === undefined ? {} : { temperature }),
    ...(tools === undefined ? {} : { tools }),
    ...(isStream ? { stream: true, stream_options: { include_usage: true } } : { stream: false }),
  };
}

async function* read(answer: Answer, signal: AbortSignal): AsyncGenerator<Piece> {
  const completion = new Completion();
  const { body } = answer;
  try {
    const type = String(answer.headers['content-type'] ?? '');
    const failure =
      answer.status < 400 && /^text\/event-stream\b/i.test(type)
        ? yield* readEvents(body, completion)
        : yield* readWhole(answer.status, body, completion);
    if (failure !== undefined && !signal.aborted) {
      yield { kind: 'failed', failure, textBefore: completion.text };
      return;
    }
  } catch (error) {
    if (!signal.aborted) {
      yield { kind: 'failed', failure: brokenOff(error), textBefore: completion.text };
      return;
    }
  } finally {
    body.destroy();
  }
  const missing = completion.end();
  if (missing !== '' && !signal.aborted) yield { kind: 'text', text: missing };
  const said = await saidBy(answer, completion);
  yield signal.aborted ? { kind: 'gone', said } : { kind: 'said', said };
}

async function* readEvents(
  body: Readable,
  completion: Completion,
): AsyncGenerator<Piece, Failure | undefined> {
  let unreadable: unknown;
  for await (const data of eventData(body)) {
    // Read on to the end: a connection that was left before it is of no use to the next request.
    if (data === '[DONE]') continue;
    const read = parsed(data);
    const chunk = object(read.value);
    const failure = streamFailure(chunk);
    if (failure !== undefined) return failure;
    // Half an event: what comes after it may say why.
    unreadable ??= read.error;
    if (unreadable !== undefined) continue;
    const choice = object(list(chunk['choices'])[0]);
    const text = completion.add(object(choice['delta']));
    if (completion.bytes > ANSWER_MAX_BYTES) throw tooLong();
    if (typeof choice['finish_reason'] === 'string') completion.finishReason = choice['finish_reason'];
    if (text !== '') yield { kind: 'text', text };
  }
  if (unreadable !== undefined) throw unreadable;
  return undefined;
}

function parsed(json: string): { value?: unknown; error?: unknown } {
  try {
    return { value: JSON.parse(json) };
  } catch (error) {
    return { error };
  }
}

async function* readWhole(
  status: number,
  body: Readable,
  completion: Completion,
): AsyncGenerator<Piece, Failure | undefined> {
  const json = await textOf(body);
  if (status >= 400) return providerFailure(status, json);
  const answer = object(JSON.parse(json));
  const failure = streamFailure(answer);
  if (failure !== undefined) return failure;
  const choice = object(list(answer['choices'])[0]);
  const text = completion.add(object(choice['message']));
  if (typeof choice['finish_reason'] === 'string') completion.finishReason = choice['finish_reason'];
  if (text !== '') yield { kind: 'text', text };
  return undefined;
}

const tooLong = (): KeywardError =>
  new KeywardError(
    'upstream_unavailable',
    `The model's answer is longer than ${ANSWER_MAX_BYTES / 1024 / 1024} MiB.`,
  );

async function textOf(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > ANSWER_MAX_BYTES) throw tooLong();
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function saidBy(answer: Answer, completion: Completion): Promise<Said> {
  const { text, toolCalls, finishReason } = completion;
  const { model, upstreamName: provider } = answer;
  return { text, toolCalls, finishReason, model, provider, usage: await answer.usage };
}
