import type { Agent } from 'undici';
import { collected } from '../../base/collected.ts';
import { jsonIn } from '../../base/json-text.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { filled, foundKeys, mintedKey, textAt, type Values } from './answers.ts';
import type { HttpCall, HttpVerbs } from './http-minter-spec.ts';
import { MinterError, type FoundKey, type Minter, type Verdict } from './minter.ts';

const TIMEOUT_MS = 15_000;
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;
const METHODS = { verify: 'GET', find: 'GET', mint: 'POST', revoke: 'DELETE' } as const;

interface Answer {
  status: number;
  /** undefined: it is not JSON. */
  body: unknown;
}

/**
 * A minter that the manifest describes: a request for each verb, with `{name}` where a value goes, and JSON pointers to
 * what its answer holds.
 */
export class HttpMinter implements Minter {
  readonly #spec: HttpVerbs;
  readonly #origin: string;
  readonly #basePath: string;
  /** Of the administrator; in requests only. */
  readonly #secrets: Values;
  readonly #connections: Agent;
  #token: Promise<string> | undefined;

  /** @param secrets by the names that the requests use, such as `admin` for `{admin}` */
  constructor(spec: HttpVerbs, { url, secrets }: { url: string; secrets: Values }) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '')
      throw new MinterError('refused', 'The url of a service must be such as http://127.0.0.1:3001.');
    this.#spec = spec;
    this.#origin = parsed.origin;
    this.#basePath = withoutTrailing(parsed.pathname, '/');
    this.#secrets = secrets;
    this.#connections = openOutbound({ policy: { kind: 'upstream' }, pipelining: 1 });
  }

  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  async probe(): Promise<void> {
    await this.#do(this.#verb('find'), 'look for keys', { prefix: 'keyward:' });
  }

  async verify(key: string): Promise<Verdict> {
    const verify = this.#verb('verify');
    const answer = await this.#send(verify, { key }).catch(() => undefined);
    if (answer === undefined) return 'unknown';
    if ((verify.valid ?? [200]).includes(answer.status)) return 'valid';
    return (verify.invalid ?? [401, 403]).includes(answer.status) ? 'invalid' : 'unknown';
  }

  async find(prefix: string): Promise<FoundKey[]> {
    const find = this.#verb('find');
    const { body } = await this.#do(find, 'look for keys', { prefix });
    return foundKeys(body, find, { prefix, lacks: (what) => this.#lacks('find', what) });
  }

  async mint(label: string): Promise<{ id: string; key: string }> {
    const mint = this.#verb('mint');
    const { body } = await this.#do(mint, 'mint a key', { label });
    return mintedKey(body, mint, (what) => this.#lacks('mint', what));
  }

  async revoke(id: string): Promise<void> {
    const revoke = this.#verb('revoke');
    await this.#do({ ...revoke, ok: revoke.ok ?? [200, 202, 204, 404] }, 'revoke a key', { id });
  }

  /** With the method that the schema declares: a spec in code may leave it out. */
  #verb<Verb extends keyof typeof METHODS>(verb: Verb) {
    const call = this.#spec[verb];
    if (call === undefined) throw new Error(`The manifest has no request for ${verb}.`);
    return { method: METHODS[verb], ...call };
  }

  async #logIn(login: NonNullable<HttpVerbs['login']>): Promise<string> {
    const { body } = await this.#ask({ method: 'POST', ...login }, 'log in', {});
    const token = textAt(body, login.token);
    if (token === '')
      throw new MinterError(
        'refused',
        `${this.#origin} gives no token. Check the credential of the administrator, and the JSON pointer login.token in the manifest.`,
      );
    return token;
  }

  /** One request of the administrator. */
  async #do(call: HttpCall, what: string, values: Values): Promise<Answer> {
    const { login } = this.#spec;
    if (login === undefined) return this.#ask(call, what, values);
    this.#token ??= this.#logIn(login);
    return this.#ask(call, what, { ...values, token: await this.#token });
  }

  /** @throws MinterError without the answer's text: it may hold a key */
  async #ask(call: HttpCall, what: string, values: Values): Promise<Answer> {
    const answer = await this.#send(call, values);
    const isGood =
      call.ok === undefined ? answer.status >= 200 && answer.status < 300 : call.ok.includes(answer.status);
    if (isGood) return answer;
    const isOurs =
      answer.status >= 400 && answer.status < 500 && answer.status !== 429 && answer.status !== 408;
    throw new MinterError(
      isOurs ? 'refused' : 'unavailable',
      `${this.#origin} answers ${answer.status} to the request to ${what} (${call.method ?? 'GET'} ${call.path}).${
        answer.status === 401 || answer.status === 403 ? " Check the administrator's credential." : ''
      }`,
    );
  }

  async #send(call: HttpCall, values: Values): Promise<Answer> {
    const all = { ...this.#secrets, ...values };
    const headers = { ...this.#spec.headers, ...call.headers };
    const body = call.body === undefined ? undefined : JSON.stringify(filled(call.body, all));
    try {
      const response = await this.#connections.request({
        origin: this.#origin,
        path: this.#basePath + inPath(call.path, all),
        method: call.method ?? 'GET',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(filled(headers, all) as Record<string, string>),
        },
        ...(body === undefined ? {} : { body }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const tooLong = () => new MinterError('unavailable', `${this.#origin} answers with more than 8 MiB.`);
      const bytes = await collected(response.body, ANSWER_MAX_BYTES, tooLong);
      return { status: response.statusCode, body: jsonIn(bytes.toString()) };
    } catch (cause) {
      if (cause instanceof MinterError) throw cause;
      const { code, name } = cause as { code?: string; name?: string };
      throw new MinterError(
        'unavailable',
        `${this.#origin} does not answer (${code ?? name ?? 'no reason'}).`,
        { cause },
      );
    }
  }

  #lacks(verb: string, what: string): MinterError {
    return new MinterError(
      'refused',
      `The answer of ${this.#origin} to ${verb} lacks ${what}. Check the JSON pointers of ${verb} in the manifest.`,
    );
  }
}

/** A value in a path is one part of it, whatever it holds. */
const inPath = (path: string, values: Values): string =>
  path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] === undefined ? whole : encodeURIComponent(values[name]),
  );
