import { createClient, type KeywardClient } from '@keyward/sdk';
import { failure, isKeyRefused, isKeyUnknown, shownError, type FailureContext } from './errors.ts';

/** The key that one request is answered with. */
export interface Access {
  /** The key of this server, not the caller's. */
  readonly isOwn: boolean;
  /** undefined: none is known yet. */
  current(): string | undefined;
  /** A newer key than the one that was refused, if there is one. */
  renewed(refused: string): Promise<string | undefined>;
}

/** The caller's own key: nothing ever takes its place. */
export const callerAccess = (key: string): Access => ({
  isOwn: false,
  current: () => key,
  renewed: async () => undefined,
});

export interface UpstreamOptions extends Omit<FailureContext, 'isOwnKey'> {
  /** Without `/v1`. */
  url: string;
  access: Access;
  /** Ends the calls when the caller has gone. */
  signal: AbortSignal;
}

export interface Call {
  client: KeywardClient;
  signal: AbortSignal;
}

interface Repetition {
  timeoutMs: number;
  mayRepeat: (error: unknown) => boolean;
}

const TIMEOUT_MS = 60_000;
/** Of models, embeddings and pages that are fetched. */
const LONG_TIMEOUT_MS = 600_000;
/** Of one GraphQL request; two pages of 100 workspaces with their documents stay below. */
const CALLS_MAX = 250;
/** Keys that one call is tried with. */
const KEYS_MAX = 3;
const AT_ONCE_MAX = 8;

/** The Developer API, as one GraphQL request sees it: with one key, and a bounded number of calls. */
export class Upstream {
  readonly #options: UpstreamOptions;
  readonly #failures: FailureContext;
  /** By time limit and key. They end with the request, so that no caller's key is kept. */
  readonly #clients = new Map<string, KeywardClient>();
  #calls = 0;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(options: UpstreamOptions) {
    this.#options = options;
    this.#failures = { ...options, isOwnKey: options.access.isOwn };
  }

  /** How many calls it has made. */
  get calls(): number {
    return this.#calls;
  }

  /** For calls that change nothing. @throws GraphQLError as the caller may see it */
  ask<T>(call: (call: Call) => Promise<T>): Promise<T> {
    return this.#queued(call, { timeoutMs: TIMEOUT_MS, mayRepeat: isKeyRefused });
  }

  /** For calls that change something or cost something, and may take long. @throws GraphQLError as the caller may see it */
  change<T>(call: (call: Call) => Promise<T>): Promise<T> {
    return this.#queued(call, { timeoutMs: LONG_TIMEOUT_MS, mayRepeat: isKeyUnknown });
  }

  async #queued<T>(call: (call: Call) => Promise<T>, { timeoutMs, mayRepeat }: Repetition): Promise<T> {
    this.#count();
    if (this.#running >= AT_ONCE_MAX) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await this.#tried((key) => call(this.#callWith(key, timeoutMs)), mayRepeat);
    } catch (error) {
      throw shownError(error, this.#failures);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next();
    }
  }

  /** An answer piece by piece. It begins again with a newer key only where the first one was refused. */
  async *stream<T>(open: (call: Call) => AsyncGenerator<T>): AsyncGenerator<T> {
    this.#count();
    try {
      const { pieces, first } = await this.#tried(async (key) => {
        const pieces = open(this.#callWith(key, LONG_TIMEOUT_MS));
        return { pieces, first: await pieces.next() };
      }, isKeyUnknown);
      if (first.done === true) return;
      try {
        yield first.value;
        yield* pieces;
      } finally {
        // A caller who leaves at the first piece has not entered the loop.
        await pieces.return(undefined);
      }
    } catch (error) {
      throw shownError(error, this.#failures);
    }
  }

  /**
   * Makes a call again with a newer key where its key was refused, and nothing is done twice by that. The newer one may have ended
   * too by then, where two rotations follow each other.
   */
  async #tried<T>(call: (key: string) => Promise<T>, mayRepeat: (error: unknown) => boolean): Promise<T> {
    const { access } = this.#options;
    const first = access.current();
    if (first === undefined)
      throw failure('UPSTREAM_UNAVAILABLE', 'This server has no key yet.', {
        requestId: this.#options.requestId,
      });
    for (let key = first, left = KEYS_MAX - 1; ; left--) {
      try {
        return await call(key);
      } catch (error) {
        const newer: string | undefined =
          mayRepeat(error) && left > 0 ? await access.renewed(key) : undefined;
        if (newer === undefined) throw error;
        key = newer;
      }
    }
  }

  /** Nothing is repeated but for the key: the caller knows better how long it may wait. */
  #callWith(apiKey: string, timeoutMs: number): Call {
    const { url, signal } = this.#options;
    const name = `${timeoutMs} ${apiKey}`;
    let client = this.#clients.get(name);
    if (client === undefined) {
      client = createClient({ url, apiKey, retries: 0, timeoutMs });
      this.#clients.set(name, client);
    }
    return { client, signal };
  }

  #count(): void {
    if (++this.#calls > CALLS_MAX)
      throw failure(
        'QUERY_TOO_COSTLY',
        `The query needs more than ${CALLS_MAX} requests to the Developer API. Ask for fewer nodes at once.`,
      );
  }
}
