import { BUILD, COMMIT, VERSION } from '../../base/version.ts';
import type { Context } from '../command.ts';
import { say, write } from '../io.ts';
import { isStructured, print, type OutputChoice } from '../output.ts';
import { isOnPath, pasteable } from '../program.ts';
import { QUESTION, type FirstAnswer } from './first-answer.ts';

interface Ready {
  url: string;
  pid: number;
}

const DEFAULT_MODEL = 'smollm2-135m-instruct';
const ADD_UPSTREAM = 'keyward upstreams add openai https://api.openai.com/v1 --api-key-stdin < key.txt';

/** The output of `up`: lines of text as things happen, or one object at the end. */
export class UpReport {
  /** Set if this run made the first admin key. It is printed exactly once. */
  adminKey: string | undefined;
  /** The server ran already. */
  isOld = false;
  readonly #context: Context;
  readonly #choice: OutputChoice;
  readonly #isText: boolean;
  #ready: Ready | undefined;
  #answer: FirstAnswer | undefined;
  #isKeyShown = false;

  constructor(context: Context, choice: OutputChoice) {
    this.#context = context;
    this.#choice = choice;
    this.#isText = !isStructured(choice);
  }

  async ready(ready: Ready): Promise<void> {
    this.#ready = ready;
    if (!this.#isText) return;
    const state = this.isOld ? 'is running' : 'is ready';
    await this.#line(`Keyward ${BUILD} ${state} at ${ready.url} (open it in a browser; API: /api/docs)`);
    await this.#key();
    if (!this.isOld) return;
    await this.#tryIt(DEFAULT_MODEL);
    this.#sayInstall();
  }

  /** @param answer undefined: there is no local model. */
  async model(answer: FirstAnswer | undefined): Promise<void> {
    this.#answer = answer;
    const { io } = this.#context;
    if (answer?.state === 'answered') {
      if (!this.#isText) return;
      await this.#tryIt(answer.model);
      const seconds = (answer.took_ms / 1000).toFixed(1);
      await this.#line(`It just answered: ${JSON.stringify(answer.text)} (${answer.model}, ${seconds} s)`);
      return this.#sayInstall();
    }
    if (answer === undefined) say(io, 'The local model is off (KEYWARD_LOCAL_MODEL=off).');
    else if (answer.state === 'waiting')
      say(io, `The local model is not ready yet (${answer.detail}); the server continues to try.`);
    else say(io, `The local model cannot be used: ${answer.detail}`);
    say(io, `  To add another server of models: ${ADD_UPSTREAM}`);
    if (!this.#isText) return;
    await this.#line(`Try it:  ${curl(`${this.#ready?.url}/v1/models`)}`);
    this.#sayInstall();
  }

  /** Prints the object, or an admin key that was not printed yet. Idempotent. */
  async end(): Promise<void> {
    if (this.#isText) {
      if (this.adminKey !== undefined) await this.#key();
      return;
    }
    if (this.#isKeyShown || (this.#ready === undefined && this.adminKey === undefined)) return;
    this.#isKeyShown = true;
    const { url = null, pid = null } = this.#ready ?? {};
    const status = this.#ready === undefined ? 'failed' : this.isOld ? 'running' : 'ready';
    const value = {
      status,
      url,
      version: this.#ready === undefined ? null : VERSION,
      commit: this.#ready === undefined ? null : COMMIT,
      pid,
      admin_key: this.adminKey ?? null,
      local_model: this.#answer ?? null,
    };
    await print(this.#context, this.#choice, { value });
  }

  async #key(): Promise<void> {
    if (this.#isKeyShown) return;
    this.#isKeyShown = true;
    if (this.adminKey === undefined)
      return this.#line('Admin key: made before. If it is lost: keyward keys create --local');
    await this.#line(`Admin key, shown once: ${this.adminKey}`);
    await this.#line('To store it: keyward auth login   For curl: export KEYWARD_API_KEY=…');
  }

  #sayInstall(): void {
    if (!isOnPath()) say(this.#context.io, 'To call it in every folder: make install');
  }

  #tryIt(model: string): Promise<void> {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: QUESTION }] });
    const url = `${this.#ready?.url}/v1/chat/completions`;
    return this.#line(`Try it:  ${curl(url)} -H 'Content-Type: application/json' -d '${body}'`);
  }

  #line(text: string): Promise<void> {
    return write(this.#context.io, `  ${pasteable(text)}\n`);
  }
}

const curl = (url: string): string => `curl ${url} -H "Authorization: Bearer $KEYWARD_API_KEY"`;
