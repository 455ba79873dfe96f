import { countTokens, summed, type UsageReport } from '../models/index.ts';
import { metricsFor, type Job } from './answer.ts';
import { readCall, toolDeclarations, type ToolRun } from './agent-tools.ts';
import { askModel, type Outcome, type Piece, type Reply } from './ask-model.ts';
import { gather, type Gathered } from './context.ts';
import type { Failure } from './failure.ts';
import type { ModelMessage } from './message.ts';
import type { ChatEvent, Ending } from './request.ts';
import { cutMiddle } from './tokens.ts';
import { fitted } from './window.ts';

/** Requests to the model in one run; the last one has no tools. */
const STEPS_MAX = 8;
const CALLS_PER_STEP_MAX = 8;
/** Of the window, for the results of tools; a step gets at most half of the rest. */
const RESULTS_SHARE = 0.5;
const GREETING = 'Hello!';
const COMMAND = /^@agent(?:\s+|$)/;
const TOOLS_REFUSED = /tool|function/i;
const NO_TOOLS = 'This model calls no tools: it answers from what a search for the question finds.';

interface AgentJob extends Job {
  /** Models that refused tools; grows. */
  toolless: Set<string>;
}

/** The state of a run. */
interface Run {
  readonly job: AgentJob;
  readonly startedMs: number;
  readonly messages: ModelMessage[];
  readonly found: Gathered;
  readonly thoughts: string[];
  readonly usage: UsageReport[];
  readonly hasTools: boolean;
  last: Reply | undefined;
  /** Tokens for later results of tools. */
  room: number;
}

/** Whether the first word of a message is `@agent`. */
export const callsAgent = (message: string): boolean => COMMAND.test(message);

/** The message without `@agent`. */
export const taskOf = (message: string): string => message.replace(COMMAND, '').trim() || GREETING;

/**
 * The model uses tools in several steps until it answers. A model whose server refuses tools gets the result of a search, and answers
 * in one step. Resolves when the model is being asked.
 */
export async function runAgent(job: AgentJob): Promise<AsyncGenerator<ChatEvent>> {
  const run = await startRun(job, !job.toolless.has(job.model.name));
  return steps(run, await ask(run, 1));
}

async function startRun(job: AgentJob, hasTools: boolean): Promise<Run> {
  const { context, model } = job;
  const message = taskOf(job.request.message);
  const request = { ...job.request, message, noBackfill: true };
  const { windowTokens } = model;
  // With tools the model searches itself.
  const hasPassages = !hasTools && job.hasPassages;
  const found = await gather({ ...job, request, hasPassages });
  const room = hasTools ? Math.floor(windowTokens * RESULTS_SHARE) : 0;
  const messages = await fitted(
    { ...found, contexts: found.texts, message },
    { ...model, windowTokens: windowTokens - room },
  );
  const startedMs = context.clock.monotonicMs();
  return { job, startedMs, messages, found, thoughts: [], usage: [], hasTools, last: undefined, room };
}

function ask({ job, messages, found, hasTools }: Run, step: number): Promise<AsyncGenerator<Piece>> {
  const { isStream } = job.request;
  const tools = hasTools && step < STEPS_MAX ? toolDeclarations : undefined;
  return askModel(job, { messages, isStream, secrets: found.secrets, tools });
}

/** One generator for all steps: each one in a row costs time for each token. */
async function* steps(begun: Run, first: AsyncGenerator<Piece>): AsyncGenerator<ChatEvent> {
  let run = begun;
  let pieces = first;
  if (!run.hasTools) yield think(run, NO_TOOLS);
  for (let step = 1; ; step++) {
    let outcome: Outcome | undefined;
    for await (const piece of pieces) {
      if (piece.kind === 'text') yield { ...piece, isAgent: true };
      else outcome = piece;
    }
    if (outcome?.kind === 'failed' && step === 1 && run.hasTools && refusesTools(outcome.failure)) {
      run.job.toolless.add(run.job.model.name);
      run = await startRun(run.job, false);
      yield think(run, NO_TOOLS);
    } else if (outcome?.kind === 'reply') {
      const { reply } = outcome;
      run.usage.push(reply.usage);
      run.last = reply;
      if (!run.hasTools || reply.toolCalls.length === 0 || step === STEPS_MAX) {
        yield await finished(run);
        return;
      }
      const calls = reply.toolCalls.slice(0, CALLS_PER_STEP_MAX);
      run.messages.push({ role: 'assistant', content: reply.text || null, tool_calls: calls });
      const share = Math.floor(run.room / 2 / calls.length);
      for (const { id, function: called } of calls) {
        const { thought, tool } = readCall(called);
        yield think(run, thought);
        run.messages.push({ role: 'tool', tool_call_id: id, content: await useTool(run, tool, share) });
      }
    } else {
      if (outcome !== undefined) yield outcome;
      return;
    }
    pieces = await ask(run, step + 1);
  }
}

function think(run: Run, text: string): ChatEvent {
  run.thoughts.push(text);
  return { kind: 'thought', text };
}

/** Whether a server refuses tools. The name of an unknown model may contain such a word. */
export const refusesTools = ({ status, message, code }: Failure): boolean =>
  status >= 400 &&
  status < 500 &&
  status !== 429 &&
  code !== 'model_not_found' &&
  TOOLS_REFUSED.test(message);

/** @returns the result for the model, at most `share` tokens. */
async function useTool(run: Run, tool: ToolRun, share: number): Promise<string> {
  const { content, sources = [], usage } = await tool(run.job);
  if (usage !== undefined) run.usage.push(usage);
  const known = new Set(run.found.sources.map(({ id }) => id));
  run.found.sources.push(...sources.filter(({ id }) => !known.has(id)));
  const { name } = run.job.model;
  const fitting = await cutMiddle(content, share, name);
  run.room -= await countTokens(fitting, name);
  return fitting;
}

async function finished({ job, found, thoughts, last, usage, startedMs }: Run): Promise<Ending> {
  const reply = last === undefined ? undefined : { ...last, usage: usage.reduce(summed) };
  const metrics = metricsFor(job, { reply, startedMs });
  const text = reply?.text ?? '';
  if (text === '') return { kind: 'empty', metrics };
  const { message: prompt, mode, conversation } = job.request;
  const { sources, images: attachments } = found;
  const outputs: unknown[] = [];
  const kept = { prompt, text, sources, attachments, mode, metrics, thoughts, outputs, isIncluded: true };
  const chatId = await conversation.record(kept);
  return { kind: 'answered', text, sources, metrics, chatId, finishReason: 'stop', thoughts, outputs };
}
