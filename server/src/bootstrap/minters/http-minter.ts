import type { Agent } from 'undici';
import { collected } from '../../base/collected.ts';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import type { HttpMinterSpec, HttpCall } from './http-minter-spec.ts';
import { MinterError, type FoundKey, type Minter, type Verdict } from './minter.ts';

const TIMEOUT_MS = 15_000;
const ANSWER_MAX_BYTES = 8 * 1024 * 1024;

interface Answer {
  status: number;
  /** undefined: it is not JSON. */
  body: unknown;
}

type Values = Record<string, string>;

/**
 * A minter that the manifest describes: a request for each verb, with `{name}` where a value goes, and JSON pointers to
 * what its answer holds.
 */
export class HttpMinter implements Minter {
  readonly #spec: HttpMinterSpec;
  readonly #origin: string;
  readonly #basePath: string;
  /** Of the administrator; in requests only. */
  readonly #secrets: Values;
  readonly #connections: Agent;
  #token: Promise<string> | undefined;

  /** @param secrets by the names that the requests use, such as `admin` for `{admin}` */
  constructor(spec: HttpMinterSpec, { url, secrets }: { url: string; secrets: Values }) {
    const parsed = URL.parse(url);
    if (parsed === null || !/^https?:$/.test(parsed.protocol) || parsed.username !== '')
      throw new MinterError('refused', 'The url of a service must be such as http://127.0.0.1:3001.');
    // The methods as the schema says them; who makes a spec in code may leave them out.
    this.#spec = {
      ...spec,
      ...(spec.login === undefined ? {} : { login: { method: 'POST', ...spec.login } }),
      verify: { method: 'GET', ...spec.verify },
      find: { method: 'GET', ...spec.find },
      mint: { method: 'POST', ...spec.mint },
      revoke: { method: 'DELETE', ...spec.revoke },
    };
    this.#origin = parsed.origin;
    this.#basePath = withoutTrailing(parsed.pathname, '/');
    this.#secrets = secrets;
    this.#connections = openOutbound({ policy: { kind: 'upstream' }, pipelining: 1 });
  }

  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  async probe(): Promise<void> {
    await this.#do(this.#spec.find, 'look for keys', { prefix: 'keyward:' });
  }

  async verify(key: string): Promise<Verdict> {
    const { verify } = this.#spec;
    const answer = await this.#send(verify, { key }).catch(() => undefined);
    if (answer === undefined) return 'unknown';
    if ((verify.valid ?? [200]).includes(answer.status)) return 'valid';
    return (verify.invalid ?? [401, 403]).includes(answer.status) ? 'invalid' : 'unknown';
  }

  async find(prefix: string): Promise<FoundKey[]> {
    const { find } = this.#spec;
    const { body } = await this.#do(find, 'look for keys', { prefix });
    const items = at(body, find.items ?? '');
    if (!Array.isArray(items)) throw this.#lacks('find', `a list at ${find.items ?? 'its root'}`);
    return items.flatMap((item: unknown) => {
      const [label, id, key] = [
        textAt(item, find.label),
        textAt(item, find.id),
        find.key === undefined ? '' : textAt(item, find.key),
      ];
      if (!label.startsWith(prefix)) return [];
      if (id === '') throw this.#lacks('find', `an id at ${find.id}`);
      return [{ label, id, ...(isWhole(key) ? { key } : {}) }];
    });
  }

  async mint(label: string): Promise<{ id: string; key: string }> {
    const { mint } = this.#spec;
    const { body } = await this.#do(mint, 'mint a key', { label });
    const [id, key] = [textAt(body, mint.id), textAt(body, mint.key)];
    if (key === '') throw this.#lacks('mint', `a key at ${mint.key}`);
    if (mint.format !== undefined && !new RegExp(mint.format, 'u').test(key))
      throw this.#lacks('mint', `a key of the declared format at ${mint.key}`);
    return { id, key };
  }

  async revoke(id: string): Promise<void> {
    const { revoke } = this.#spec;
    await this.#do({ ...revoke, ok: revoke.ok ?? [200, 202, 204, 404] }, 'revoke a key', { id });
  }

  async #logIn(login: NonNullable<HttpMinterSpec['login']>): Promise<string> {
    const { body } = await this.#ask(login, 'log in', {});
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

/** A list may shorten its keys, such as `sk-…gaH8`: no header can carry that, and no service could say anything of it. */
const isWhole = (key: string): boolean => /^[\x21-\x7e]+$/.test(key);

/** `{name}` in every text of a value. */
function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string')
    return value.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
  if (Array.isArray(value)) return value.map((item) => filled(item, values));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, filled(item, values)]));
}

/** A value in a path is one part of it, whatever it holds. */
const inPath = (path: string, values: Values): string =>
  path.replaceAll(/\{(\w+)\}/g, (whole, name: string) =>
    values[name] === undefined ? whole : encodeURIComponent(values[name]),
  );

/** The part of a JSON value that a pointer names (RFC 6901). */
function at(value: unknown, pointer: string): unknown {
  let part = value;
  for (const name of pointer.split('/').slice(1)) {
    const member = name.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, member)) return undefined;
    part = (part as Record<string, unknown>)[member];
  }
  return part;
}

function textAt(value: unknown, pointer: string): string {
  const found = at(value, pointer);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}
