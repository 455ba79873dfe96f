import { paid } from '../models/index.ts';
import type { Account, Answer, JsonObject, Models, UsageReport } from '../models/index.ts';
import { answerReader } from './answer-reader.ts';
import type { Completion } from './completion.ts';
import { brokenOff, failureOf, refuseAboutKey, type Failure } from './failure.ts';
import type { ModelMessage, Tool, ToolCall } from './message.ts';
import { SecretFilter } from './secrets.ts';

const PATH = '/chat/completions';

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
  /** Values that no answer may hold. */
  secrets: readonly string[];
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

/** How an answer of a model ended. `failed`: what was said before it is no whole answer. */
export type Outcome =
  | { kind: 'said'; said: Said }
  | { kind: 'failed'; failure: Failure }
  /** The caller went away; the upstream knows it. */
  | { kind: 'gone'; said: Said | undefined };

export type Piece = { kind: 'text'; text: string } | Outcome;

/**
 * Asks a model. @returns once the budget is held and the question is on its way: what the model says, as it comes; the last
 * piece is an Outcome.
 * @throws KeywardError `budget_exceeded`, `forbidden_resource`, `model_unpriced`: what is about the key.
 */
export async function askModel(models: Models, question: Question): Promise<AsyncGenerator<Piece>> {
  const { model, account, signal } = question;
  const parsed = bodyOf(question);
  const body = Buffer.from(JSON.stringify(parsed));
  const wanted = { path: PATH, model, parsed, bytes: body.length };
  try {
    // Asked and not waited for: the head of a stream is written while the question is on its way.
    const { asked } = await paid(models, account, wanted, (send) => {
      const request = { body, parsed, contentType: 'application/json', headers: {}, signal };
      // Never rejects: it may be awaited later than it ends.
      return { asked: send(request).catch((error: unknown) => error as Error) };
    });
    return heard(asked, question);
  } catch (error) {
    refuseAboutKey(error);
    return heard(Promise.resolve(error as Error), question);
  }
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

/** The one generator between the model's bytes and the answer that is made of them: generators.test.ts. */
async function* heard(
  asked: Promise<Answer | Error>,
  { signal, secrets }: Pick<Question, 'signal' | 'secrets'>,
): AsyncGenerator<Piece> {
  const answer = await asked;
  if (answer instanceof Error) {
    yield signal.aborted ? { kind: 'gone', said: undefined } : { kind: 'failed', failure: failureOf(answer) };
    return;
  }
  const filter = new SecretFilter(secrets);
  const reader = answerReader(answer.status, String(answer.headers['content-type'] ?? ''));
  let failure: Failure | undefined;
  try {
    for await (const chunk of answer.body) {
      const text = filter.add(reader.push(chunk as Buffer));
      if (text !== '') yield { kind: 'text', text };
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
  // Some servers quote what they were sent.
  if (failure !== undefined && !signal.aborted)
    yield { kind: 'failed', failure: { ...failure, message: filter.hide(failure.message) } };
  else
    yield { kind: signal.aborted ? 'gone' : 'said', said: await saidBy(answer, reader.completion, filter) };
}

async function saidBy(
  { model, upstreamName: provider, usage }: Answer,
  { text, toolCalls, finishReason }: Completion,
  filter: SecretFilter,
): Promise<Said> {
  const calls = toolCalls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: filter.hide(call.function.arguments) },
  }));
  return { text: filter.hide(text), toolCalls: calls, finishReason, model, provider, usage: await usage };
}
