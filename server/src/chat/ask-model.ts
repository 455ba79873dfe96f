import { paid, type Answer, type UsageReport } from '../models/index.ts';
import type { Job } from './answer.ts';
import { answerReader } from './answer-reader.ts';
import type { Completion } from './completion.ts';
import { brokenOff, failureOf, refuseAboutKey, type Failure } from './failure.ts';
import type { ModelMessage, Tool, ToolCall } from './message.ts';
import { SecretFilter } from './secrets.ts';

/** At an upstream. */
export const CHAT_PATH = '/chat/completions';

export interface Question {
  messages: readonly ModelMessage[];
  tools?: readonly Tool[] | undefined;
  /** Whether the text is streamed. */
  isStream: boolean;
  /** Values that no answer may contain. */
  secrets: readonly string[];
}

/** A whole answer of a model. */
export interface Reply {
  text: string;
  toolCalls: ToolCall[];
  finishReason: string | null;
  /** The public name of the model. */
  model: string;
  /** The name of its upstream. */
  provider: string;
  usage: UsageReport;
}

/** How an answer of a model ended. */
export type Outcome =
  | { kind: 'reply'; reply: Reply }
  | { kind: 'failed'; failure: Failure }
  /** The caller left. */
  | { kind: 'gone'; reply: Reply | undefined };

export type Piece = { kind: 'text'; text: string } | Outcome;

/**
 * Asks the model of a chat. Resolves when the budget is reserved and the request is sent. @returns the text as it comes; the last
 * piece is an Outcome.
 * @throws KeywardError about the key: `budget_exceeded`, `budget_too_small`, `forbidden_resource`, `model_unpriced`.
 */
export async function askModel(
  { context: { models }, request: chat, model: { name: model, temperature } }: Job,
  { messages, tools, isStream, secrets }: Question,
): Promise<AsyncGenerator<Piece>> {
  const { signal } = chat;
  // Members that are undefined are not part of the JSON. `models` asks for the usage, where the upstream allows that.
  const parsed = { model, messages, temperature, tools, stream: isStream };
  const body = Buffer.from(JSON.stringify(parsed));
  const wanted = { path: CHAT_PATH, model, parsed, bytes: body.length };
  try {
    // Not awaited: the head of a stream is written while the model is being asked.
    const { asked } = await paid(models, chat.account(), wanted, (send) => {
      const request = { body, parsed, contentType: 'application/json', headers: {}, signal };
      // Never rejects: it may be awaited later than it ends.
      return { asked: send(request).catch((error: unknown) => error as Error) };
    });
    return piecesOf(asked, signal, secrets);
  } catch (error) {
    refuseAboutKey(error);
    return piecesOf(Promise.resolve(error as Error), signal, secrets);
  }
}

/** The only generator between the bytes and the text: generators.test.ts. */
async function* piecesOf(
  asked: Promise<Answer | Error>,
  signal: AbortSignal,
  secrets: readonly string[],
): AsyncGenerator<Piece> {
  const answer = await asked;
  if (answer instanceof Error) {
    yield signal.aborted
      ? { kind: 'gone', reply: undefined }
      : { kind: 'failed', failure: failureOf(answer) };
    return;
  }
  const filter = new SecretFilter(secrets);
  const reader = answerReader(answer.status, String(answer.headers['content-type'] ?? ''));
  let failure: Failure | undefined;
  try {
    for await (const chunk of answer.body) {
      for (const piece of reader.push(chunk as Buffer)) {
        const text = filter.add(piece);
        if (text !== '') yield { kind: 'text', text };
      }
      if (reader.failure !== undefined) break;
    }
    const text = reader.failure === undefined ? filter.add(reader.end()) : '';
    if (text !== '' && !signal.aborted) yield { kind: 'text', text };
    ({ failure } = reader);
  } catch (error) {
    if (!signal.aborted) failure = brokenOff(error);
  } finally {
    answer.body.destroy();
  }
  const rest = filter.end();
  if (rest !== '') yield { kind: 'text', text: rest };
  // Some servers quote the request.
  if (failure !== undefined && !signal.aborted)
    yield { kind: 'failed', failure: { ...failure, message: filter.hide(failure.message) } };
  else
    yield {
      kind: signal.aborted ? 'gone' : 'reply',
      reply: await replyOf(answer, reader.completion, filter),
    };
}

async function replyOf(
  { model, upstreamName: provider, usage }: Answer,
  { text, toolCalls, finishReason }: Completion,
  filter: SecretFilter,
): Promise<Reply> {
  const calls = toolCalls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: filter.hide(call.function.arguments) },
  }));
  return { text: filter.hide(text), toolCalls: calls, finishReason, model, provider, usage: await usage };
}
