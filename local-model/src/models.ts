import { rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChatModel } from './chat-model.ts';
import { EMBEDDING_MODEL_NAME, EmbeddingModel } from './embeddings/embedding-model.ts';
import { fetchWeight } from './fetch.ts';
import type { Failure } from './fetch-failure.ts';
import type { Line } from './lines.ts';
import {
  CHAT_WEIGHT,
  EMBEDDING_WEIGHT,
  OWN_CHAT_FILE,
  TOKENIZER_WEIGHT,
  fileSha256,
  isPresent,
  weightPath,
  type Weight,
} from './weights.ts';

const FIRST_RETRY_MS = 30_000;
const LAST_RETRY_MS = 600_000;
/** Between two lines of progress for the supervisor. */
const PROGRESS_LINE_MS = 500;
const SMOLLM2_NAME = 'smollm2-135m-instruct';

/** Processor threads of each model. */
export interface Threads {
  readonly chat: number;
  readonly embeddings: number;
}

export interface ModelsOptions {
  readonly modelsDir: string;
  readonly threads: Threads;
  /** A GGUF file to use for chat, and the name it is served by. */
  readonly chat?: { readonly file: string; readonly name: string } | undefined;
  readonly tell: (line: Line) => void;
}

export interface Progress {
  readonly file: string;
  readonly received_bytes: number;
  readonly total_bytes: number;
}

export type Phase = 'starting' | 'fetching' | 'loading' | 'ready' | 'failed';

/** Fetches and loads the two models, and retries until both are loaded. */
export class Models {
  chat: ChatModel | undefined;
  embeddings: EmbeddingModel | undefined;
  phase: Phase = 'starting';
  progress: Progress | undefined;
  failure: Failure | undefined;
  readonly #options: ModelsOptions;
  #toldAt = 0;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** Names of the models that answer now. */
  get names(): readonly string[] {
    return [...(this.chat ? [this.chat.name] : []), ...(this.embeddings ? [EMBEDDING_MODEL_NAME] : [])];
  }

  /** Names of both models, loaded or not. */
  get expectedNames(): readonly string[] {
    return [this.chat?.name ?? this.#options.chat?.name ?? SMOLLM2_NAME, EMBEDDING_MODEL_NAME];
  }

  /** Why models are missing, for callers: without the paths of this machine. */
  get publicFailure(): Failure | undefined {
    if (!this.failure) return undefined;
    const { reason, hint } = this.failure;
    const hide = (words: string): string => words.replaceAll(this.#options.modelsDir, 'KEYWARD_MODELS_DIR');
    return { reason: hide(reason), hint: hide(hint) };
  }

  get complete(): boolean {
    return this.chat !== undefined && this.embeddings !== undefined;
  }

  /** Runs until both models are loaded, or until aborted; never throws. */
  async bringUp(signal: AbortSignal): Promise<void> {
    for (let retryMs = FIRST_RETRY_MS; !signal.aborted; retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)) {
      const failure = await this.#attempt(signal).catch((error: unknown) => unexpected(error));
      if (signal.aborted) return;
      this.progress = undefined;
      this.failure = failure;
      if (!failure) return;
      this.phase = 'failed';
      const { reason, hint } = failure;
      this.#options.tell({ event: 'failed', reason, hint, models: this.names, retry_in_ms: retryMs });
      await sleep(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Loads the weights that are there, then fetches and loads the others. Returns the first failure. */
  async #attempt(signal: AbortSignal): Promise<Failure | undefined> {
    let failure = await this.#loadPresent();
    let unfetched: Failure | undefined;
    const wanted = this.chat ? [] : await this.#chatWeights();
    if (!this.embeddings) wanted.push(EMBEDDING_WEIGHT, TOKENIZER_WEIGHT);
    for (const weight of wanted) {
      if (signal.aborted || (await isPresent(this.#options.modelsDir, weight))) continue;
      this.phase = 'fetching';
      const onProgress = (received: number): void => this.#tellProgress(weight, received);
      onProgress(0);
      const problem = await fetchWeight(this.#options.modelsDir, weight, { signal, onProgress });
      this.progress = undefined;
      unfetched ??= problem;
      if (!problem) failure = await this.#loadPresent();
    }
    return failure ?? unfetched;
  }

  #tellProgress(weight: Weight, received: number): void {
    if (received > 0 && received === this.progress?.received_bytes) return;
    const progress = { file: weight.label, received_bytes: received, total_bytes: weight.wheelBytes };
    this.progress = progress;
    const now = Date.now();
    if (received > 0 && received < weight.wheelBytes && now - this.#toldAt < PROGRESS_LINE_MS) return;
    this.#toldAt = now;
    this.#options.tell({ event: 'fetching', ...progress });
  }

  /** The pinned weight, unless the user has a chat model of their own. */
  async #chatWeights(): Promise<Weight[]> {
    return (await this.#ownChat()) ? [] : [CHAT_WEIGHT];
  }

  async #ownChat(): Promise<{ file: string; name: string } | undefined> {
    if (this.#options.chat) return this.#options.chat;
    const file = join(this.#options.modelsDir, OWN_CHAT_FILE);
    return (await isFile(file)) ? { file, name: chatName(file) } : undefined;
  }

  async #loadPresent(): Promise<Failure | undefined> {
    const startedAt = performance.now();
    const before = this.names.length;
    const results = await Promise.all([this.#loadChat(), this.#loadEmbeddings()]);
    if (this.names.length > before) {
      if (this.complete) this.phase = 'ready';
      const load_ms = Math.round(performance.now() - startedAt);
      this.#options.tell({ event: 'ready', models: this.names, load_ms, complete: this.complete });
    }
    return results.find((result) => result !== undefined);
  }

  async #loadChat(): Promise<Failure | undefined> {
    if (this.chat) return undefined;
    const { modelsDir, threads } = this.#options;
    const own = await this.#ownChat();
    if (own && !(await isFile(own.file))) {
      return {
        reason: `there is no file ${basename(own.file)}`,
        hint: 'Give --chat-gguf the path of a GGUF file.',
      };
    }
    if (!own && !(await isPresent(modelsDir, CHAT_WEIGHT))) return undefined;
    this.#tellLoading();
    try {
      const pinned = { file: weightPath(modelsDir, CHAT_WEIGHT), name: SMOLLM2_NAME };
      const { file, name } = own ?? pinned;
      this.chat = await ChatModel.load(name, file, threads.chat);
      return undefined;
    } catch (error) {
      if (!own) return this.#explainPinned([CHAT_WEIGHT], error);
      return {
        reason: `${basename(own.file)} cannot be loaded: ${text(error)}`,
        hint: 'Put another GGUF file there.',
      };
    }
  }

  async #loadEmbeddings(): Promise<Failure | undefined> {
    if (this.embeddings) return undefined;
    const { modelsDir, threads } = this.#options;
    const parts = [EMBEDDING_WEIGHT, TOKENIZER_WEIGHT];
    for (const weight of parts) if (!(await isPresent(modelsDir, weight))) return undefined;
    this.#tellLoading();
    try {
      const [model = '', tokenizer = ''] = parts.map((weight) => weightPath(modelsDir, weight));
      this.embeddings = await EmbeddingModel.load(model, tokenizer, threads.embeddings);
      return undefined;
    } catch (error) {
      return this.#explainPinned(parts, error);
    }
  }

  /** Both models load at the same time; the supervisor gets one line. */
  #tellLoading(): void {
    if (this.phase === 'loading') return;
    this.phase = 'loading';
    this.#options.tell({ event: 'loading' });
  }

  /** A pinned file that does not load may be damaged: then it is removed, to be fetched again. */
  async #explainPinned(weights: readonly Weight[], error: unknown): Promise<Failure> {
    for (const weight of weights) {
      const path = weightPath(this.#options.modelsDir, weight);
      if ((await fileSha256(path).catch(() => weight.sha256)) === weight.sha256) continue;
      await rm(path, { force: true });
      return { reason: `${weight.label} was damaged and has been removed`, hint: 'It is fetched again.' };
    }
    return { reason: `the model cannot be loaded: ${text(error)}`, hint: 'Is there enough free memory?' };
  }
}

/** The name of a GGUF file's model: the file's, in lower case, without the ending. */
export function chatName(file: string): string {
  return basename(file)
    .replace(/\.gguf$/i, '')
    .toLowerCase();
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

function text(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 300);
}

function unexpected(error: unknown): Failure {
  return { reason: text(error), hint: 'Look at the log of the local model.' };
}
