import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Models } from '../models/index.ts';
import type { Settings } from '../settings/index.ts';
import type { Workspace, Workspaces } from '../workspaces/index.ts';
import { callsAgent, runAgent } from './agent.ts';
import { answerPlainly, refusal } from './answer.ts';
import { DailyMessages } from './daily-messages.ts';
import { failureOf, toldOf } from './failure.ts';
import type { Library } from './library.ts';
import { chooseModel, providersOf, WINDOW_TOKENS, type ChosenModel } from './model-choice.ts';
import type { ChatEvent, ChatRequest, Ending } from './request.ts';

/** What a chat works with. */
export interface ChatContext extends Library {
  models: Models;
  settings: Settings;
  workspaces: Workspaces;
  logger: Logger;
}

const RESET = '/reset';

/** What a message commands. Commands are the Developer API's: clients of OpenAI and visitors of widgets say only words. */
export function commandIn({
  message,
  noAgent,
}: Pick<ChatRequest, 'message' | 'noAgent'>): 'reset' | 'agent' | undefined {
  if (noAgent === true) return undefined;
  if (message.trim() === RESET) return 'reset';
  return callsAgent(message) ? 'agent' : undefined;
}

/** Answers in workspaces: the one engine behind the Developer API, its OpenAI surface and widgets. */
export class Chat {
  readonly dailyMessages: DailyMessages;
  readonly #context: ChatContext;
  /** Models that were found to call no tools, for as long as this process lives. */
  readonly #toolless = new Set<string>();

  constructor(context: ChatContext) {
    this.#context = context;
    this.dailyMessages = new DailyMessages(context.workspaces.chats);
  }

  /**
   * Resolves once a model is being asked, or once it is known that none will be. @returns what happens, in order; the last
   * event is how it ended.
   * @throws KeywardError `budget_exceeded`, `forbidden_resource`. From what it returns only where nothing is streamed.
   */
  async answer(request: ChatRequest): Promise<AsyncGenerator<ChatEvent>> {
    try {
      const begun = await this.#begin(request);
      return 'kind' in begun ? only(begun) : this.#told(request, begun);
    } catch (error) {
      return only({ kind: 'failed', failure: failureOf(error) });
    }
  }

  async #begin(request: ChatRequest): Promise<Ending | AsyncGenerator<ChatEvent>> {
    const { message, conversation, mode, noAgent } = request;
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

  /** A stream that has begun is not broken off: what goes wrong is told as its end. */
  async *#told(request: ChatRequest, events: AsyncGenerator<ChatEvent>): AsyncGenerator<ChatEvent> {
    try {
      yield* events;
    } catch (error) {
      const { isStream } = request;
      if (isStream && !(error instanceof KeywardError))
        this.#context.logger.error({ err: error }, 'a chat broke off');
      yield { kind: 'failed', failure: isStream ? toldOf(error) : failureOf(error) };
    }
  }

  /** How many tokens the model of chats there takes; of none in particular where there is no model. */
  windowTokens(workspace: Workspace): Promise<number> {
    const wish = { workspace, isAgent: false, model: undefined, selector: undefined };
    return chooseModel(this.#context, wish).then(
      (model) => model.windowTokens,
      () => WINDOW_TOKENS,
    );
  }

  /** Who answers in each of these workspaces. */
  providersOf(workspaces: readonly Workspace[]): Promise<string[]> {
    return providersOf(this.#context, workspaces);
  }

  async #model(
    { workspace, model, selector, temperature }: ChatRequest,
    { isCalled, mayBeAgent }: { isCalled: boolean; mayBeAgent: boolean },
  ): Promise<ChosenModel & { isAgent: boolean }> {
    const wish = { workspace, model, selector };
    const first = await chooseModel(this.#context, { ...wish, isAgent: mayBeAgent });
    const isAgent = isCalled || (mayBeAgent && first.callsTools);
    const chosen = isAgent === mayBeAgent ? first : await chooseModel(this.#context, { ...wish, isAgent });
    return { ...chosen, isAgent, temperature: temperature ?? workspace.openAiTemp ?? chosen.temperature };
  }
}

async function* only(ending: Ending): AsyncGenerator<ChatEvent> {
  yield ending;
}
