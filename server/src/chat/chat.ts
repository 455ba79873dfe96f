import type { Clock } from '../base/clock.ts';
import { KeywardError } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Models } from '../models/index.ts';
import type { Settings } from '../settings/index.ts';
import { runAgent } from './agent.ts';
import { answerPlainly, refusal } from './answer.ts';
import { DailyMessages } from './daily-messages.ts';
import type { MessageTimes } from './daily-messages.ts';
import { failureOf, toldOf } from './failure.ts';
import type { Library } from './library.ts';
import { chooseModel, providersOf, WINDOW_TOKENS } from './model-choice.ts';
import type { ChosenModel } from './model-choice.ts';
import type { ChatEvent, ChatRequest, Place } from './request.ts';

/** What a chat works with; built by `app.ts`. */
export interface ChatContext {
  models: Models;
  settings: Settings;
  library: Library;
  clock: Clock;
  logger: Logger;
  /** When a user said something. */
  messageTimes: MessageTimes;
}

const RESET = '/reset';
const AGENT = /^@agent(?:\s|$)/;

/** Answers in workspaces: the one engine behind the Developer API, its OpenAI surface and widgets. */
export class Chat {
  readonly dailyMessages: DailyMessages;
  readonly #context: ChatContext;
  /** Models that were found to call no tools, for as long as this process lives. */
  readonly #toolless = new Set<string>();

  constructor(context: ChatContext) {
    this.#context = context;
    this.dailyMessages = new DailyMessages(context.messageTimes);
  }

  /**
   * What happens, in order; the last event is how it ended. Nothing is sent to a model before `begun`, and errors that
   * are about the caller's key come before it.
   * @throws KeywardError `budget_exceeded`, `forbidden_resource`; of a stream that has begun never: it is told as its end.
   */
  async *answer(request: ChatRequest): AsyncGenerator<ChatEvent> {
    let hasBegun = false;
    try {
      for await (const event of this.#answer(request)) {
        hasBegun = true;
        yield event;
      }
    } catch (error) {
      if (hasBegun && request.isStream) {
        if (!(error instanceof KeywardError)) this.#context.logger.error({ err: error }, 'a chat broke off');
        yield { kind: 'failed', failure: toldOf(error) };
      } else yield { kind: 'failed', failure: failureOf(error) };
    }
  }

  async *#answer(request: ChatRequest): AsyncGenerator<ChatEvent> {
    const { message, conversation } = request;
    // Commands are the Developer API's: clients of OpenAI and visitors of widgets say nothing but words.
    const isResetWord = request.noAgent !== true && message.trim() === RESET;
    if (request.isReset || isResetWord) await conversation.reset();
    if (isResetWord || (request.isReset && message === '')) {
      yield { kind: 'reset' };
      return;
    }
    const { library } = this.#context;
    const isCalled = request.noAgent !== true && AGENT.test(message);
    const hasPassages = await library.hasPassages(request.place.id);
    if (!isCalled && !hasPassages && request.mode === 'query') {
      yield await refusal(request, 'nothing_embedded');
      return;
    }
    const model = await this.#model(request, isCalled);
    if ('failure' in model) {
      yield { kind: 'failed', ...model };
      return;
    }
    const isAutomatic = request.mode === 'automatic' && request.noAgent !== true && model.callsTools;
    const job = { context: this.#context, request, model, hasPassages };
    if (isCalled || isAutomatic) yield* runAgent({ ...job, toolless: this.#toolless });
    else yield* answerPlainly(job);
  }

  /** How many tokens the model of chats there takes; of none in particular where there is no model. */
  windowTokens(place: Place): Promise<number> {
    const wish = { place, isAgent: false, model: undefined, selector: undefined };
    return chooseModel(this.#context, wish).then(
      (model) => model.windowTokens,
      () => WINDOW_TOKENS,
    );
  }

  /** Who answers in each of these workspaces. */
  providersOf(places: readonly Place[]): Promise<string[]> {
    return providersOf(this.#context, places);
  }

  async #model(
    { place, model, selector, temperature, mode, noAgent }: ChatRequest,
    isCalled: boolean,
  ): Promise<ChosenModel | { failure: ReturnType<typeof failureOf> }> {
    const wish = { place, model, selector };
    try {
      const mayBeAgent = isCalled || (mode === 'automatic' && noAgent !== true);
      const first = await chooseModel(this.#context, { ...wish, isAgent: mayBeAgent });
      const isAgent = isCalled || (mayBeAgent && first.callsTools);
      const chosen = isAgent === mayBeAgent ? first : await chooseModel(this.#context, { ...wish, isAgent });
      return { ...chosen, temperature: temperature ?? place.openAiTemp ?? chosen.temperature };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  }
}
