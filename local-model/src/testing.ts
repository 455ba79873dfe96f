import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Line } from './lines.ts';

// For tests only: the real process, spoken to over HTTP.

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const READY_LIMIT_MS = 120_000;
export const CHAT_MODEL = 'smollm2-135m-instruct';
export const EMBEDDING_MODEL = 'all-minilm-l6-v2';

export interface StartOptions {
  readonly args?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** The event to wait for; default `ready`. */
  readonly until?: Line['event'];
}

/** The local model as a child process, as a supervisor would hold it. */
export class LocalModel implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly lines: Line[] = [];
  /** Output on stdout that is not a line of JSON. */
  readonly strayOutput: string[] = [];
  url = '';
  readonly #token: string | undefined;

  private constructor(options: StartOptions) {
    this.#token = options.env?.['KEYWARD_LOCAL_MODEL_TOKEN'];
    this.child = spawn(process.execPath, [MAIN, 'serve', ...(options.args ?? [])], {
      env: { ...process.env, ...options.env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (!this.child.stdout) throw new Error('no stdout');
    createInterface({ input: this.child.stdout }).on('line', (text) => this.#read(text));
  }

  static async start(options: StartOptions = {}): Promise<LocalModel> {
    const model = new LocalModel(options);
    await model.until((line) => line.event === (options.until ?? 'ready') && isComplete(line));
    return model;
  }

  #read(text: string): void {
    try {
      const line = JSON.parse(text) as Line;
      this.lines.push(line);
      if (line.event === 'listening') this.url = `http://127.0.0.1:${line.port}`;
    } catch {
      this.strayOutput.push(text);
    }
  }

  /** Waits for a line; throws when the process ends first or takes too long. */
  async until(test: (line: Line) => boolean): Promise<Line> {
    return eventually(() => {
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}`);
      return this.lines.find(test);
    });
  }

  get(path: string, headers: Record<string, string> = this.headers()): Promise<Response> {
    return fetch(this.url + path, { headers });
  }

  post(path: string, body: unknown, init: RequestInit = {}): Promise<Response> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return fetch(this.url + path, { method: 'POST', headers: this.headers(), body: text, ...init });
  }

  headers(): Record<string, string> {
    const token = this.#token === undefined ? {} : { authorization: `Bearer ${this.#token}` };
    return { 'content-type': 'application/json', ...token };
  }

  async health(): Promise<Health> {
    return (await (await this.get('/health')).json()) as Health;
  }

  /** Exit code after the process has ended by itself. */
  async ended(): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) await once(this.child, 'exit');
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.stdin?.end();
    await this.ended();
  }
}

export interface Health {
  readonly status: string;
  readonly models: readonly string[];
  readonly reason?: string;
  readonly hint?: string;
  readonly queue: { readonly running: number; readonly waiting: number; readonly limit: number };
}

/** The parts of an answer the tests look at. */
export interface Answer {
  readonly choices: readonly {
    readonly message: { readonly role: string; readonly content: string };
    readonly text: string;
    readonly finish_reason: string;
  }[];
  readonly usage: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  };
}

export interface Chunk {
  readonly object: string;
  readonly choices: readonly {
    readonly delta: { readonly role?: string; readonly content?: string };
    readonly text?: string;
    readonly finish_reason: string | null;
  }[];
  readonly usage?: Answer['usage'] | null;
}

export interface Refusal {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** A chat body with one question, at temperature 0. */
export function question(content: string, more: object = {}): object {
  return { model: CHAT_MODEL, messages: [{ role: 'user', content }], temperature: 0, ...more };
}

/** The chunks of a stream, which must end with `[DONE]`. */
export async function chunks(response: Response): Promise<Chunk[]> {
  const events = (await response.text()).split('\n\n').filter((event) => event !== '');
  const data = events.map((event) => event.replace(/^data: /, ''));
  if (data.pop() !== '[DONE]') throw new Error('the stream has no end');
  return data.map((text) => JSON.parse(text) as Chunk);
}

/** Asks again until there is an answer; throws after two minutes. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const start = Date.now(); Date.now() - start < READY_LIMIT_MS;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('waited too long');
}

function isComplete(line: Line): boolean {
  return line.event !== 'ready' || line.complete;
}
