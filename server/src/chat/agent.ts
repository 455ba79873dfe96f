import type { UsageReport } from '../models/index.ts';
import { drawnFrom, metricsFor } from './answer.ts';
import type { Job } from './answer.ts';
import { readCall, toolDeclarations } from './agent-tools.ts';
import { askModel } from './ask-model.ts';
import type { Piece, Said } from './ask-model.ts';
import type { Gathered } from './context.ts';
import { withoutSecrets } from './secrets.ts';
import type { Failure } from './failure.ts';
import type { ModelMessage, Source } from './message.ts';
import { summed } from './metrics.ts';
import type { ChatEvent, Ending } from './request.ts';
import { countTokens, cutMiddle } from './tokens.ts';
import { fitted } from './window.ts';

/** Requests to the model in one run: whoever has not answered by then is asked to answer with what there is. */
const STEPS_MAX = 8;
const CALLS_PER_STEP_MAX = 8;
/** Of the window, for all that tools give back; a step takes at most half of what is left of it. */
const RESULTS_SHARE = 0.5;
const GREETING = 'Hello!';
const TOOLS_REFUSED = /tool|function/i;

interface AgentJob extends Job {
  /** Models that were found to call no tools; grows. */
  toolless: Set<string>;
}

/** What a run has gathered so far. */
interface Run {
  readonly job: AgentJob;
  readonly startedMs: number;
  readonly messages: ModelMessage[];
  readonly found: Gathered;
  readonly thoughts: string[];
  readonly usage: UsageReport[];
  last: Said | undefined;
  /** Tokens, for what tools give back from here on. */
  room: number;
}

/**
 * The model searches the documents and works with other tools in several steps until it answers. A model whose server
 * knows no tools gets what a search for the question finds, and answers in one step.
 */
export async function* runAgent(job: AgentJob): AsyncGenerator<ChatEvent> {
  const { request, model, toolless } = job;
  const message = request.message.replace(/^@agent\s*/, '').trim() || GREETING;
  const own: AgentJob = { ...job, request: { ...request, message, noBackfill: true } };
  const hasTools = !toolless.has(model.name);
  const run = await startRun(own, hasTools);
  if ('failure' in run) {
    yield { kind: 'failed', ...run };
    return;
  }
  if (!hasTools) {
    yield* withoutTools(run, job);
    return;
  }
  for (let step = 1; step <= STEPS_MAX; step++) {
    const outcome = yield* ask(run, { withTools: step < STEPS_MAX, isFirst: step === 1 });
    if (outcome.kind === 'failed' && step === 1 && refusesTools(outcome.failure)) {
      toolless.add(model.name);
      const again = await startRun(own, false);
      if ('failure' in again) {
        yield { kind: 'failed', ...again };
        return;
      }
      yield* withoutTools(again, job);
      return;
    }
    if (outcome.kind !== 'said') {
      yield ending(outcome);
      return;
    }
    if (outcome.said.toolCalls.length === 0 || step === STEPS_MAX) {
      yield await finished(run, job);
      return;
    }
    yield* useTools(run, outcome.said);
  }
}

async function startRun(job: AgentJob, hasTools: boolean): Promise<Run | { failure: Failure }> {
  const { context, request, model } = job;
  // With tools the model searches itself; pinned and attached documents it has in any case.
  const found = await drawnFrom(hasTools ? { ...job, hasPassages: false } : job);
  if ('failure' in found) return found;
  const { texts: contexts, images, history, instructions } = found;
  const prompt = { instructions, contexts, history, message: request.message, images };
  const room = hasTools ? Math.floor(model.windowTokens * RESULTS_SHARE) : 0;
  const messages = await fitted(prompt, model.windowTokens - room);
  const startedMs = context.clock.monotonicMs();
  return { job, startedMs, messages, found, thoughts: [], usage: [], last: undefined, room };
}

/** `begun` is passed on once: the caller has been told. */
async function* ask(
  run: Run,
  { withTools, isFirst }: { withTools: boolean; isFirst: boolean },
): AsyncGenerator<ChatEvent, Exclude<Piece, { kind: 'begun' | 'text' }>> {
  const { context, request, model } = run.job;
  const { signal, isStream } = request;
  const question = {
    model: model.name,
    messages: run.messages,
    temperature: model.temperature,
    isStream,
    signal,
    account: request.account(),
    ...(withTools ? { tools: toolDeclarations } : {}),
  };
  const pieces = askModel(context.models, question);
  for await (const piece of withoutSecrets(pieces, run.found.secrets)) {
    if (piece.kind === 'begun') {
      if (isFirst) yield { kind: 'begun', isAgent: true };
    } else if (piece.kind === 'text') yield piece;
    else {
      if (piece.kind === 'said') {
        run.usage.push(piece.said.usage);
        run.last = piece.said;
      }
      return piece;
    }
  }
  throw new Error('a question ended without an end');
}

/** A model that does not exist may have such a word in its name. */
const refusesTools = ({ status, message, code }: Failure): boolean =>
  status >= 400 &&
  status < 500 &&
  status !== 429 &&
  code !== 'model_not_found' &&
  TOOLS_REFUSED.test(message);

function* think(run: Run, text: string): Generator<ChatEvent> {
  run.thoughts.push(text);
  yield { kind: 'thought', text };
}

async function* useTools(run: Run, { text, toolCalls }: Said): AsyncGenerator<ChatEvent> {
  const { job, messages, found } = run;
  const calls = toolCalls.slice(0, CALLS_PER_STEP_MAX);
  messages.push({ role: 'assistant', content: text === '' ? null : text, tool_calls: calls });
  const share = Math.floor(run.room / 2 / calls.length);
  for (const { id, function: called } of calls) {
    const { thought, tool } = readCall(called);
    yield* think(run, thought);
    const { content, sources = [], usage } = await tool(job);
    if (usage !== undefined) run.usage.push(usage);
    addNew(found.sources, sources);
    const fitting = await cutMiddle(content, share);
    run.room -= await countTokens(fitting);
    messages.push({ role: 'tool', tool_call_id: id, content: fitting });
  }
}

function addNew(all: Source[], more: readonly Source[]): void {
  const known = new Set(all.map(({ id }) => id));
  all.push(...more.filter(({ id }) => !known.has(id)));
}

/** The one way for servers that know no tools. */
async function* withoutTools(run: Run, job: AgentJob): AsyncGenerator<ChatEvent> {
  yield* think(run, 'This model calls no tools: it answers from what a search for the question finds.');
  const outcome = yield* ask(run, { withTools: false, isFirst: true });
  yield outcome.kind === 'said' ? await finished(run, job) : ending(outcome);
}

const ending = (outcome: { kind: 'failed'; failure: Failure } | { kind: 'gone' }): Ending =>
  outcome.kind === 'failed' ? { kind: 'failed', failure: outcome.failure } : { kind: 'gone' };

/** @param job with the message as it came. */
async function finished(run: Run, job: AgentJob): Promise<Ending> {
  const { found, thoughts, last, startedMs } = run;
  const said = last === undefined ? undefined : { ...last, usage: summed(run.usage) };
  const metrics = metricsFor(job, { said, startedMs });
  const text = said?.text ?? '';
  if (text === '') return { kind: 'empty', metrics };
  const { message: prompt, mode, conversation } = job.request;
  const { sources, images: attachments } = found;
  const outputs: unknown[] = [];
  const kept = { prompt, text, sources, attachments, mode, metrics, thoughts, outputs, isIncluded: true };
  const chatId = await conversation.record(kept);
  return { kind: 'answered', text, sources, metrics, chatId, finishReason: 'stop', thoughts, outputs };
}
