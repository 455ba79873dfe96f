import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Documents, Intake } from '../documents/index.ts';
import type { Models } from '../models/index.ts';
import type { Retrieval } from '../retrieval/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Storage } from '../storage/index.ts';
import type { Workspace, Workspaces } from '../workspaces/index.ts';
import { callsAgent, runAgent } from './agent.ts';
import { answerPlainly, refusal } from './answer.ts';
import { CHAT_PATH } from './ask-model.ts';
import { DailyMessages } from './daily-messages.ts';
import { failureOf, publicFailure } from './failure.ts';
import { chooseModel, providersOf, WINDOW_TOKENS, type ChosenModel } from './model-choice.ts';
import { readinessAfter, type Readiness } from './readiness.ts';
import type { ChatEvent, ChatRequest, Ending } from './request.ts';

export interface ChatContext {
  storage: Storage;
  clock: Clock;
  logger: Logger;
  models: Models;
  settings: Settings;
  documents: Documents;
  intake: Intake;
  retrieval: Retrieval;
  workspaces: Workspaces;
}

/** The command in a message. `noAgent`: requests in the OpenAI format and visitors of widgets have no commands. */
export function commandIn(request: Pick<ChatRequest, 'message' | 'noAgent'>): 'reset' | 'agent' | undefined {
  if (request.noAgent === true) return undefined;
  if (request.message.trim() === '/reset') return 'reset';
  return callsAgent(request.message) ? 'agent' : undefined;
}

/** Answers in workspaces, for every surface. */
export class Chat {
  readonly dailyMessages: DailyMessages;
  readonly #context: ChatContext;
  /** Models that refused tools since this process started. */
  readonly #toolless = new Set<string>();

  constructor(context: ChatContext) {
    this.#context = context;
    this.dailyMessages = new DailyMessages(context.workspaces.chats);
  }

  /**
   * Resolves when a model is being asked, or when none will be. @returns the events; the last one is an Ending.
   * @throws KeywardError `budget_exceeded`, `forbidden_resource`. The generator throws them only if the answer is not streamed.
   */
  async answer(request: ChatRequest): Promise<AsyncGenerator<ChatEvent>> {
    try {
      const begun = await this.#begin(request);
      return 'kind' in begun ? only(begun) : this.#withFailures(request, begun);
    } catch (error) {
      return only({ kind: 'failed', failure: failureOf(error) });
    }
  }

  async #begin(request: ChatRequest): Promise<Ending | AsyncGenerator<ChatEvent>> {
    const { message, conversation, mode, noAgent } = request;
    await this.#context.workspaces.workIn(request.workspace);
    const command = commandIn(request);
    if (request.isReset || command === 'reset') await conversation.reset();
    if (command === 'reset' || (request.isReset && message === '')) return { kind: 'reset' };
    const hasPassages = await this.#context.retrieval.hasVectors(request.workspace.id);
    const isCalled = command === 'agent';
    if (!isCalled && !hasPassages && mode === 'query') return refusal(request, 'nothing_embedded');
    const mayBeAgent = isCalled || (mode === 'automatic' && noAgent !== true);
    const { isAgent, ...model } = await this.#model(request, { isCalled, mayBeAgent });
    const job = { context: this.#context, request, model, hasPassages };
    return isAgent ? runAgent({ ...job, toolless: this.#toolless }) : answerPlainly(job);
  }

  /** In a stream that has begun, an error is its last event. */
  async *#withFailures(request: ChatRequest, events: AsyncGenerator<ChatEvent>): AsyncGenerator<ChatEvent> {
    try {
      yield* events;
    } catch (error) {
      const { isStream } = request;
      if (isStream && !(error instanceof KeywardError))
        this.#context.logger.error({ err: error }, 'a chat broke off');
      yield { kind: 'failed', failure: isStream ? publicFailure(error) : failureOf(error) };
    }
  }

  /** Whether a question in the workspace's own mode would be answered now. Nothing is asked, and nothing is counted. */
  async readiness(request: Pick<ChatRequest, 'workspace' | 'selector' | 'account'>): Promise<Readiness> {
    const { models } = this.#context;
    const mayBeAgent = request.workspace.chatMode === 'automatic';
    let model: string | null = null;
    try {
      model = (await this.#model(request, { isCalled: false, mayBeAgent })).name;
      await models.expectAnswer(model, CHAT_PATH, request.account());
      return { state: 'ready', model, reason: null, hint: null };
    } catch (error) {
      return readinessAfter(models, { error, model });
    }
  }

  /** The window of the model of a workspace's chats; the default if there is no model. */
  windowTokens(workspace: Workspace): Promise<number> {
    const options = { workspace, isAgent: false, model: undefined, selector: undefined };
    return chooseModel(this.#context, options).then(
      (model) => model.windowTokens,
      () => WINDOW_TOKENS,
    );
  }

  /** The provider that answers in each workspace. */
  providersOf(workspaces: readonly Workspace[]): Promise<string[]> {
    return providersOf(this.#context, workspaces);
  }

  async #model(
    {
      workspace,
      model,
      selector,
      temperature,
    }: Pick<ChatRequest, 'workspace' | 'selector'> & Partial<ChatRequest>,
    { isCalled, mayBeAgent }: { isCalled: boolean; mayBeAgent: boolean },
  ): Promise<ChosenModel & { isAgent: boolean }> {
    const options = { workspace, model, selector };
    const first = await chooseModel(this.#context, { ...options, isAgent: mayBeAgent });
    const isAgent = isCalled || (mayBeAgent && first.callsTools);
    const chosen = isAgent === mayBeAgent ? first : await chooseModel(this.#context, { ...options, isAgent });
    return { ...chosen, isAgent, temperature: temperature ?? workspace.openAiTemp ?? chosen.temperature };
  }
}

async function* only(ending: Ending): AsyncGenerator<ChatEvent> {
  yield ending;
}
