import { JobFailure, readEvents } from '@keyward/sdk';
import type { Dispatcher } from 'undici';
import { collected } from '../../base/collected.ts';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { connectionFailure, failureOf } from './upstream-failure.ts';

/** Where an upstream is now: the port of the local model changes when it restarts. */
export interface Place {
  origin: string;
  /** The path before `/chat/completions`. */
  basePath: string;
  headersFor(path: string): Readonly<Record<string, string>>;
}

export interface Ask {
  /** Such as `/chat/completions`. */
  path: string;
  body: object;
  signal: AbortSignal;
}

type Json = Record<string, unknown>;

const ANSWER_MAX_BYTES = 64 * 1_048_576;
const ERROR_MAX_BYTES = 65_536;
const MODELS_TIMEOUT_MS = 10_000;

/** The server of models that a worker serves, over the OpenAI API. Its credential is in no message. */
export class Upstream {
  readonly #placeNow: () => Place;
  readonly #agent: Dispatcher;
  /** Models whose server refuses `stream_options`. */
  readonly #withoutUsage = new Set<unknown>();

  constructor(placeNow: () => Place) {
    this.#placeNow = placeNow;
    this.#agent = openOutbound({ policy: { kind: 'upstream' }, pipelining: 0 });
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }

  /** @throws JobFailure */
  async models(): Promise<string[]> {
    const signal = AbortSignal.timeout(MODELS_TIMEOUT_MS);
    const answer = await this.#send({ method: 'GET', path: '/models', signal });
    const list = jsonIn((await collected(answer.body, ANSWER_MAX_BYTES, tooLong)).toString());
    const data = isObject(list) && Array.isArray(list['data']) ? (list['data'] as unknown[]) : [];
    return data.flatMap((entry) => (isObject(entry) && typeof entry['id'] === 'string' ? [entry['id']] : []));
  }

  /** A whole answer. @throws JobFailure; the reason of the signal */
  async whole({ path, body, signal }: Ask): Promise<Json> {
    const answer = await this.#send({ method: 'POST', path, body, signal });
    return this.#reading(signal, async () =>
      this.#objectIn((await collected(answer.body, ANSWER_MAX_BYTES, tooLong)).toString()),
    );
  }

  /**
   * The chunks of a streamed answer, with the usage where the upstream gives it; of an upstream that does not stream, its whole
   * answer. @throws as `whole`
   */
  async *chunks(ask: Ask): AsyncGenerator<{ chunk: Json } | { whole: Json }> {
    const { signal } = ask;
    const answer = await this.#streamed(ask);
    const type = String(answer.headers['content-type'] ?? '');
    if (!type.includes('text/event-stream')) {
      const text = await this.#reading(signal, () => collected(answer.body, ANSWER_MAX_BYTES, tooLong));
      yield { whole: this.#objectIn(text.toString()) };
      return;
    }
    let isWhole = false;
    const events = readEvents(answer.body)[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.#reading(signal, () => events.next());
        if (done === true || value.data === '[DONE]') {
          isWhole ||= done !== true;
          break;
        }
        const chunk = this.#objectIn(value.data);
        isWhole ||= isLast(chunk);
        yield { chunk };
      }
    } finally {
      await events.return(undefined).catch(() => undefined);
    }
    if (!isWhole) throw connectionFailure(new Error('The stream ended before the answer was whole.'));
  }

  /**
   * Some upstreams refuse a request for `stream_options`: they get it once more without. Keyward adds them to requests of clients
   * that did not send them, so that it does not matter whose they are.
   */
  async #streamed({ path, body, signal }: Ask): Promise<Dispatcher.ResponseData> {
    const send = (one: object) => this.#send({ method: 'POST', path, body: one, signal });
    const { model, stream_options: given } = body as Json;
    const plain = { ...body, stream_options: undefined };
    if (this.#withoutUsage.has(model)) return send(plain);
    try {
      const options = isObject(given) ? given : {};
      return await send({ ...body, stream_options: { ...options, include_usage: true } });
    } catch (error) {
      if (!(error instanceof JobFailure) || error.code !== 'bad_payload') throw error;
      const answer = await send(plain);
      this.#withoutUsage.add(model);
      return answer;
    }
  }

  async #reading<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw connectionFailure(error);
    }
  }

  #objectIn(text: string): Json {
    const value = jsonIn(text);
    if (!isObject(value)) throw connectionFailure(new Error('The answer is not a JSON object.'));
    if (value['error'] !== undefined && value['error'] !== null) throw failureOf(500, text, this.#hide);
    return value;
  }

  async #send({
    method,
    path,
    body,
    signal,
  }: Omit<Ask, 'body'> & { method: 'GET' | 'POST'; body?: object }): Promise<Dispatcher.ResponseData> {
    const place = this.#placeNow();
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.#reading(signal, () =>
      this.#agent.request({
        origin: place.origin,
        path: `${place.basePath}${path}`,
        method,
        headers: { ...place.headersFor(path), ...content },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal,
        // A model may think long; the time of the job ends the request.
        headersTimeout: 0,
        bodyTimeout: 0,
      }),
    );
    if (answer.statusCode >= 200 && answer.statusCode < 300) return answer;
    const text = await this.#reading(signal, () => collected(answer.body, ERROR_MAX_BYTES, tooLong));
    throw failureOf(answer.statusCode, text.toString(), this.#hide);
  }

  readonly #hide = (text: string): string => {
    const values = Object.values(this.#placeNow().headersFor('/chat/completions'));
    return values
      .flatMap((value) => [value, value.replace(/^Bearer /, '')])
      .filter((value) => value.length >= 8)
      .reduce((shown, value) => shown.replaceAll(value, '[key]'), text);
  };
}

const tooLong = (): Error => new Error('The answer is too long.');

/** Some upstreams leave `[DONE]` out. */
function isLast({ choices }: Json): boolean {
  return (
    Array.isArray(choices) &&
    choices.some((choice) => isObject(choice) && typeof choice['finish_reason'] === 'string')
  );
}

/** @param url such as `http://127.0.0.1:11434/v1`. @throws TypeError in words for the user */
export function placeOf(url: string, key: string | undefined): Place {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol))
    throw new TypeError('--upstream: must be a URL such as http://127.0.0.1:11434/v1.');
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '')
    throw new TypeError(
      '--upstream: must hold no credentials and no query. Give the key with --upstream-key-stdin.',
    );
  const path = withoutTrailing(parsed.pathname, '/');
  const headers: Record<string, string> = key === undefined ? {} : { authorization: `Bearer ${key}` };
  return { origin: parsed.origin, basePath: path === '' ? '/v1' : path, headersFor: () => headers };
}
