import type { Agent } from 'undici';
import { collected } from '../../base/collected.ts';
import { jsonIn } from '../../base/json-text.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { isUntrusted } from '../../base/outbound/failures.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import type { HttpCall, LoginCall } from './call-spec.ts';
import { reasonOf } from './reason.ts';
import { filled, inPath, textAt, type Values } from './templates.ts';

const TIMEOUT_MS = 15_000;
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

export interface Answer {
  status: number;
  /** '' without one. */
  etag: string;
  text: string;
  /** undefined: it is not JSON. */
  body: unknown;
}

/** - `refused`: the server says no. `unavailable`: it does not answer, or not well. */
export type CallFault = 'refused' | 'unavailable';

export interface HttpCallsOptions {
  url: string;
  headers?: Values | undefined;
  login?: LoginCall | undefined;
  /** Of the administrator, by the names that the requests use, such as `admin` for `{admin}`; in requests only. */
  secrets: Values;
  /** Of each request. @default 15,000 */
  timeoutMs?: number;
  /** PEM of certificate authorities. @default those of the system */
  ca?: string | undefined;
  /** Makes the error of the caller's kind. @param cause of a request without an answer; it has a `code` */
  fail: (fault: CallFault, message: string, cause?: unknown) => Error;
}

/** Requests that the manifest describes, with `{name}` where a value goes. No error holds a value or an answer's text. */
export class HttpCalls {
  readonly origin: string;
  readonly #basePath: string;
  readonly #options: HttpCallsOptions;
  readonly #connections: Agent;
  #token: Promise<string> | undefined;

  /** @throws the error of `fail` for a url that is no http(s) URL */
  constructor(options: HttpCallsOptions) {
    const { url, ca, fail } = options;
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '')
      throw fail('refused', 'The url must be such as http://127.0.0.1:3001.');
    this.origin = parsed.origin;
    this.#basePath = withoutTrailing(parsed.pathname, '/');
    this.#options = options;
    this.#connections = openOutbound({
      policy: { kind: 'upstream' },
      pipelining: 1,
      ...(ca === undefined ? {} : { ca }),
    });
  }

  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  /** A request of the administrator that must succeed. @param what it does, for errors, such as `mint a key` */
  async do(call: HttpCall, what: string, values: Values): Promise<Answer> {
    return this.good(call, what, await this.asAdministrator(call, values));
  }

  /** A request of the administrator, whatever the answer: logs in before the first one. */
  async asAdministrator(call: HttpCall, values: Values): Promise<Answer> {
    const { login } = this.#options;
    if (login === undefined) return this.send(call, values);
    this.#token ??= this.#logIn(login);
    return this.send(call, { ...values, token: await this.#token });
  }

  /** @returns an answer that means success. */
  good(call: HttpCall, what: string, answer: Answer): Answer {
    const { status } = answer;
    if (call.ok === undefined ? status >= 200 && status < 300 : call.ok.includes(status)) return answer;
    const isOurs = status >= 400 && status < 500 && status !== 429 && status !== 408;
    throw this.#options.fail(
      isOurs ? 'refused' : 'unavailable',
      `${this.origin} answers ${status} to the request to ${what} (${call.method ?? 'GET'} ${call.path}).${
        status === 401 || status === 403 ? " Check the administrator's credential." : ''
      }`,
    );
  }

  async send(call: HttpCall, values: Values): Promise<Answer> {
    const { secrets, headers: common, timeoutMs = TIMEOUT_MS, fail } = this.#options;
    const all = { ...secrets, ...values };
    const headers = {
      accept: 'application/json',
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...lowerCase(filled({ ...common, ...call.headers }, all) as Values),
    };
    try {
      const response = await this.#connections.request({
        origin: this.origin,
        path: this.#basePath + inPath(call.path, all),
        method: call.method ?? 'GET',
        headers,
        ...(call.body === undefined
          ? {}
          : { body: bodyText(filled(call.body, all), headers['content-type']) }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const tooLong = () => new TooLongError(`${this.origin} answers with more than 8 MiB.`);
      const text = (await collected(response.body, ANSWER_MAX_BYTES, tooLong)).toString();
      const { etag } = response.headers;
      return {
        status: response.statusCode,
        etag: typeof etag === 'string' ? etag : '',
        text,
        body: jsonIn(text),
      };
    } catch (cause) {
      if (cause instanceof TooLongError) throw fail('unavailable', cause.message, cause);
      const reason = reasonOf(cause);
      throw fail(
        'unavailable',
        isUntrusted(reason)
          ? `The certificate of ${this.origin} is not trusted (${reason}).`
          : `${this.origin} does not answer (${reason}).`,
        cause,
      );
    }
  }

  async #logIn(login: LoginCall): Promise<string> {
    const call = { method: 'POST', ...login } as const;
    const { body } = this.good(call, 'log in', await this.send(call, {}));
    const token = textAt(body, login.token);
    if (token === '')
      throw this.#options.fail(
        'refused',
        `${this.origin} gives no token. Check the credential of the administrator, and the JSON pointer login.token in the manifest.`,
      );
    return token;
  }
}

class TooLongError extends Error {}

const lowerCase = (headers: Values): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));

/** JSON, unless the request says another type and has a text. */
const bodyText = (body: unknown, type = ''): string =>
  typeof body === 'string' && !type.includes('json') ? body : JSON.stringify(body);
