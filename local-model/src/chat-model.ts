import type {
  ChatHistoryItem,
  ChatWrapper,
  Llama,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaGrammarEvaluationState,
  LlamaModel,
  SequenceEvaluateOptions,
  Token,
} from 'node-llama-cpp';
import { ApiError } from './api-error.ts';
import { StopFinder, TextDecoder } from './text-stream.ts';

type Library = typeof import('node-llama-cpp');

/** Of a prompt and its answer together. 23 KB of memory each for SmolLM2. */
export const CONTEXT_TOKENS = 4096;
/** Evaluated without a pause: a cancelled prompt continues for under 0.5 s. */
const PREFILL_TOKENS = 64;
/** The longest expected token: a prompt that is too long by it is refused without counting its tokens. */
const TOKEN_CHARS_LIMIT = 128;
/** The grammars write it after the JSON; it cannot occur inside. */
const JSON_END = '\n\n\n\n';
/** For the frequency and presence penalties. */
const PENALTY_TOKENS = 256;

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly text: string;
}

/** How tokens are chosen. All in OpenAI's ranges; `seed` undefined means another answer each time. */
export interface Sampling {
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topP: number;
  /** 0: no limit. */
  readonly topK: number;
  readonly seed?: number | undefined;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly stop: readonly string[];
  readonly grammar?: LlamaGrammar | undefined;
}

/** `json`: any JSON object; else a JSON schema as `grammarSchema` returns it. */
export type GrammarFormat = 'json' | { readonly schema: object };

export interface Generation {
  readonly text: string;
  readonly finishReason: 'stop' | 'length';
  readonly promptTokens: number;
  /** Tokens sampled, without the one that ends the answer. */
  readonly completionTokens: number;
}

export interface GenerationEvents {
  readonly signal: AbortSignal;
  readonly onText?: (text: string) => void;
}

/** A tokenized prompt, with the tokens and texts that end its answer. */
export interface Prompt {
  readonly tokens: readonly Token[];
  readonly stopTokens: ReadonlySet<Token>;
  readonly stopTexts: readonly string[];
}

/** A chat model in memory. It answers one request at a time: callers queue (see `WorkQueue`). */
export class ChatModel {
  readonly name: string;
  readonly #library: Library;
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #wrapper: ChatWrapper;
  readonly #sequence: LlamaContextSequence;

  private constructor(name: string, library: Library, llama: Llama, sequence: LlamaContextSequence) {
    this.name = name;
    this.#library = library;
    this.#llama = llama;
    this.#model = sequence.model;
    this.#wrapper = library.resolveChatWrapper(sequence.model);
    this.#sequence = sequence;
  }

  /**
   * Loads a GGUF file. One sequence, not two: two answers at once take exactly as long as one after
   * the other (48 tokens/s against 2 × 21), and the second sequence would cost another 95 MB.
   */
  static async load(name: string, file: string, threads: number): Promise<ChatModel> {
    const library = await import('node-llama-cpp');
    const llama = await library.getLlama({
      build: 'never',
      skipDownload: true,
      gpu: process.platform === 'darwin' ? 'auto' : false,
      maxThreads: threads,
      progressLogs: false,
      logLevel: library.LlamaLogLevel.error,
      logger: (level, message) => process.stderr.write(`llama.cpp ${level}: ${message.trim()}\n`),
    });
    const model = await llama.loadModel({ modelPath: file });
    const contextSize = Math.min(CONTEXT_TOKENS, model.trainContextSize);
    const context = await model.createContext({
      contextSize,
      sequences: 1,
      threads,
      batchSize: PREFILL_TOKENS,
    });
    return new ChatModel(name, library, llama, context.getSequence());
  }

  /** Of a prompt and its answer together. */
  get contextTokens(): number {
    return this.#sequence.contextSize;
  }

  /** The messages in the template of the model, up to the start of its answer. */
  chatPrompt(messages: readonly ChatMessage[]): Prompt {
    const chars = messages.reduce((sum, message) => sum + message.text.length, 0);
    this.#refuseHuge(chars, 'messages');
    const chatHistory: ChatHistoryItem[] = messages.map(({ role, text }) =>
      role === 'assistant' ? { type: 'model', response: [text] } : { type: role, text },
    );
    chatHistory.push({ type: 'model', response: [''] });
    const state = this.#wrapper.generateContextState({ chatHistory });
    const tokens = state.contextText.tokenize(this.#model.tokenizer);
    // ChatML begins each message with the token that is also the beginning-of-text token, which would be there twice.
    if (tokens[0] === this.#model.tokens.bos && tokens[1] === tokens[0]) tokens.shift();
    this.#refuseLong(tokens.length, 'messages');
    const triggers = state.stopGenerationTriggers.map((trigger) => trigger.tokenize(this.#model.tokenizer));
    const several = triggers.filter((trigger) => trigger.length > 1);
    return {
      tokens,
      stopTokens: new Set(triggers.filter((trigger) => trigger.length === 1).flat()),
      stopTexts: several.map((trigger) => this.#model.detokenize(trigger, true)),
    };
  }

  /** For a raw completion. */
  rawPrompt(text: string): Prompt {
    this.#refuseHuge(text.length, 'prompt');
    const { bos, shouldPrependBosToken } = this.#model.tokens;
    const tokens = this.#model.tokenize(text);
    if (bos !== null && (shouldPrependBosToken || tokens.length === 0)) tokens.unshift(bos);
    if (tokens.length === 0) throw ApiError.badField('prompt', 'must not be empty for this model');
    this.#refuseLong(tokens.length, 'prompt');
    return { tokens, stopTokens: new Set(), stopTexts: [] };
  }

  /** Generates an answer. Throws the signal's reason as soon as it is aborted, or what llama.cpp throws. */
  async generate(prompt: Prompt, sampling: Sampling, events: GenerationEvents): Promise<Generation> {
    try {
      // A seed asks for the same answer each time. Without a history the prompt is always split in the same way, which
      // affects rounding.
      if (sampling.seed !== undefined) await this.#sequence.clearHistory();
      await this.#prefill(prompt.tokens, events.signal);
      return await this.#sample(prompt, sampling, events);
    } catch (error) {
      if (!events.signal.aborted) await this.#sequence.clearHistory();
      throw error;
    }
  }

  async #prefill(tokens: readonly Token[], signal: AbortSignal): Promise<void> {
    const all = tokens.slice(0, -1);
    await this.#sequence.adaptStateToTokens(all, false);
    while (this.#sequence.nextTokenIndex < all.length) {
      signal.throwIfAborted();
      const start = this.#sequence.nextTokenIndex;
      await this.#sequence.evaluateWithoutGeneratingNewTokens(all.slice(start, start + PREFILL_TOKENS));
    }
  }

  async #sample(prompt: Prompt, sampling: Sampling, events: GenerationEvents): Promise<Generation> {
    const room = this.contextTokens - prompt.tokens.length;
    const maxTokens = Math.min(sampling.maxTokens, room);
    const { grammar } = sampling;
    const endings = grammar ? [JSON_END] : [];
    const stops = new StopFinder([...sampling.stop, ...prompt.stopTexts, ...endings]);
    const decoder = new TextDecoder(this.#model);
    const sampled: Token[] = [];
    let text = '';
    const send = (piece: string): void => {
      text += piece;
      if (piece !== '') events.onText?.(piece);
    };
    const finish = (finishReason: 'stop' | 'length'): Generation => {
      const promptTokens = prompt.tokens.length;
      return { text, finishReason, promptTokens, completionTokens: sampled.length };
    };
    const options = this.#evaluateOptions(sampling, sampled, grammar);
    for await (const token of this.#sequence.evaluate(prompt.tokens.slice(-1), options)) {
      events.signal.throwIfAborted();
      const ended = this.#model.isEogToken(token) || prompt.stopTokens.has(token);
      if (!ended) sampled.push(token);
      const found = stops.push(ended ? decoder.end() : decoder.push(token));
      send(found.text);
      if (found.stopped) return finish('stop');
      if (!ended && sampled.length < maxTokens) continue;
      const last = ended ? { text: '', stopped: false } : stops.push(decoder.end());
      send(last.stopped ? last.text : last.text + stops.end());
      return finish(ended || last.stopped ? 'stop' : 'length');
    }
    return finish('stop');
  }

  #evaluateOptions(
    sampling: Sampling,
    sampled: Token[],
    grammar: LlamaGrammar | undefined,
  ): SequenceEvaluateOptions {
    const { temperature, topP, topK, frequencyPenalty, presencePenalty } = sampling;
    const seed = sampling.seed ?? Math.floor(Math.random() * 2 ** 32);
    const options: SequenceEvaluateOptions = { temperature, topP, topK, seed, yieldEogToken: true };
    if (frequencyPenalty !== 0 || presencePenalty !== 0) {
      options.repeatPenalty = {
        punishTokens: () => sampled.slice(-PENALTY_TOKENS),
        maxPunishTokens: PENALTY_TOKENS,
        penalty: 1,
        frequencyPenalty,
        presencePenalty,
      };
    }
    if (grammar) {
      options.grammarEvaluationState = this.#grammarState(grammar);
    }
    return options;
  }

  /** Compiles a grammar. Throws 400 naming the schema when that is not possible. */
  async compileGrammar(format: GrammarFormat): Promise<LlamaGrammar> {
    if (format === 'json') return this.#llama.getGrammarFor('json');
    try {
      const grammar = await this.#llama.createGrammarForJsonSchema(format.schema as { type: 'object' });
      // Each answer compiles it again; this finds out whether it can be compiled.
      this.#grammarState(grammar);
      return grammar;
    } catch {
      const what = 'cannot be turned into a grammar; make it simpler';
      throw ApiError.badField('response_format.json_schema.schema', what, 'invalid_json_schema');
    }
  }

  #grammarState(grammar: LlamaGrammar): LlamaGrammarEvaluationState {
    return new this.#library.LlamaGrammarEvaluationState({ model: this.#model, grammar });
  }

  #refuseHuge(chars: number, field: string): void {
    if (chars <= this.contextTokens * TOKEN_CHARS_LIMIT) return;
    const at = `${chars} characters, far more than the model's ${this.contextTokens} tokens`;
    throw ApiError.badField(field, `have ${at}`, 'context_length_exceeded');
  }

  #refuseLong(tokens: number, field: string): void {
    if (tokens < this.contextTokens) return;
    const what = `have ${tokens} tokens; the model's context holds ${this.contextTokens}, the answer included`;
    throw ApiError.badField(field, what, 'context_length_exceeded');
  }
}
