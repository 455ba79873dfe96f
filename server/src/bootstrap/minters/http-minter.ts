import type { Agent } from 'undici';
import { collected } from '../../base/collected.ts';
import { isObject } from '../../base/is-object.ts';
import { jsonIn } from '../../base/json-text.ts';
import { openOutbound } from '../../base/outbound/connections.ts';
import { withoutTrailing } from '../../base/trailing.ts';
import { chooseKey } from './chosen-key.ts';
import { withDefaults } from './http-minter-defaults.ts';
import type { HttpMinterSpec, HttpCall } from './http-minter-spec.ts';
import { MinterError, type ChosenKey, type FoundKey, type Minter, type Verdict } from './minter.ts';
import { allItems } from './paging.ts';

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
    this.#spec = withDefaults(spec);
    this.#origin = parsed.origin;
    this.#basePath = withoutTrailing(parsed.pathname, '/');
    this.#secrets = spec.basic === undefined ? secrets : { ...secrets, basic: basicOf(spec.basic, secrets) };
    this.#connections = openOutbound({ policy: { kind: 'upstream' }, pipelining: 1 });
  }

  async stop(): Promise<void> {
    if (!this.#connections.destroyed) await this.#connections.destroy();
  }

  async probe(): Promise<void> {
    const parent = await this.#parent();
    if (parent !== undefined)
      await this.#do(this.#spec.find, 'look for keys', {
        prefix: 'keyward:',
        page: '1',
        offset: '0',
        ...parent,
      });
  }

  async verify(key: string): Promise<Verdict> {
    const { verify } = this.#spec;
    const answer = await this.#send(verify, { key }).catch(() => undefined);
    if (answer === undefined) return 'unknown';
    if ((verify.valid ?? [200]).includes(answer.status)) return 'valid';
    return (verify.invalid ?? [401, 403]).includes(answer.status) ? 'invalid' : 'unknown';
  }

  async find(prefix: string): Promise<FoundKey[]> {
    const parent = await this.#parent();
    if (parent === undefined) return [];
    const isWanted = (label: string) => label.startsWith(prefix);
    return this.#list(this.#spec.find, { verb: 'find', values: { prefix, ...parent }, isWanted });
  }

  choose(label: string): ChosenKey | undefined {
    const { choose } = this.#spec.mint;
    if (choose === undefined) return undefined;
    const fill = (text: string, values: Values) => String(filled(text, { ...this.#secrets, ...values }));
    const chosen = chooseKey(choose, fill);
    return { key: chosen.key, register: async () => (await this.#mint({ label, ...chosen })).id };
  }

  async mint(label: string): Promise<{ id: string; key: string }> {
    const chosen = this.choose(label);
    return chosen === undefined ? this.#mint({ label }) : { key: chosen.key, id: await chosen.register() };
  }

  async lastUsed(id: string): Promise<number | null | undefined> {
    const { used } = this.#spec;
    if (used === undefined) return undefined;
    const parent = await this.#parent();
    if (parent === undefined) return null;
    const { body } = await this.#do(used, 'see when a key was used', { id, ...parent });
    const time = partAt(body, used.at);
    if (time === null) return null;
    const ms = typeof time === 'number' ? time * 1000 : typeof time === 'string' ? Date.parse(time) : NaN;
    if (Number.isNaN(ms)) throw this.#lacks('used', `a time at ${used.at}`);
    return ms;
  }

  async revoke(id: string): Promise<void> {
    const { revoke } = this.#spec;
    const parent = await this.#parent();
    if (parent === undefined) return;
    await this.#do({ ...revoke, ok: revoke.ok ?? [200, 202, 204, 404] }, 'revoke a key', { id, ...parent });
  }

  async #mint(values: Values): Promise<{ id: string; key: string }> {
    const { mint } = this.#spec;
    const { body } = await this.#do(mint, 'mint a key', { ...values, ...(await this.#ensuredParent()) });
    const [id, key] = [textAt(body, mint.id), textAt(body, mint.key)];
    if (key === '') throw this.#lacks('mint', `a key at ${mint.key}`);
    if (id === '') throw this.#lacks('mint', `an id at ${mint.id}`);
    if (mint.format !== undefined && !new RegExp(mint.format, 'u').test(key))
      throw this.#lacks('mint', `a key of the declared format at ${mint.key}`);
    if (values['key'] === undefined || values['key'] === key) return { id, key };
    await this.revoke(id);
    throw new MinterError(
      'refused',
      `${this.#origin} has made another key than the chosen one; it was revoked again. Check mint.choose in the manifest, and the secret that it uses.`,
    );
  }

  /** undefined: it does not exist yet. */
  async #parent(): Promise<Values | undefined> {
    const { parent } = this.#spec;
    if (parent === undefined) return {};
    const { name } = parent;
    const isWanted = (label: string) => label === name;
    const [own] = await this.#list(parent.find, { verb: 'parent.find', values: { name }, isWanted });
    return own === undefined ? undefined : { parent: own.id };
  }

  async #ensuredParent(): Promise<Values> {
    const { parent } = this.#spec;
    const there = await this.#parent();
    if (there !== undefined || parent === undefined) return there ?? {};
    try {
      const { body } = await this.#do(parent.create, `create ${parent.name}`, { name: parent.name });
      const id = textAt(body, parent.create.id);
      if (id === '') throw this.#lacks('parent.create', `an id at ${parent.create.id}`);
      return { parent: id };
    } catch (error) {
      // Another run may have created it meanwhile.
      const now = await this.#parent();
      if (now === undefined) throw error;
      return now;
    }
  }

  async #list(
    call: HttpMinterSpec['find'],
    { verb, values, isWanted }: { verb: string; values: Values; isWanted: (label: string) => boolean },
  ): Promise<FoundKey[]> {
    const items = await allItems(call.path, async (page) => {
      const { body } = await this.#do(call, 'look for keys', { ...values, ...page });
      const some = partAt(body, call.items ?? '');
      // Services in Go write an empty list so.
      if (some === null) return [];
      if (!Array.isArray(some)) throw this.#lacks(verb, `a list at ${call.items ?? 'its root'}`);
      return some;
    });
    return items.flatMap((item) => {
      const label = textAt(item, call.label);
      if (!isWanted(label)) return [];
      const id = textAt(item, call.id);
      const key = call.key === undefined ? '' : textAt(item, call.key);
      if (id === '') throw this.#lacks(verb, `an id at ${call.id}`);
      return [{ label, id, ...(key === '' ? {} : { key }) }];
    });
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
    const body = call.body === undefined ? undefined : JSON.stringify(filled(call.body, all));
    try {
      const response = await this.#connections.request({
        origin: this.#origin,
        path: this.#basePath + inPath(call.path, all),
        method: call.method ?? 'GET',
        headers: {
          accept: 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(filled(call.headers ?? {}, all) as Record<string, string>),
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

const basicOf = ({ username, password }: NonNullable<HttpMinterSpec['basic']>, secrets: Values): string =>
  Buffer.from(`${String(filled(username, secrets))}:${String(filled(password, secrets))}`).toString('base64');

/** `{name}` in every text of a value. */
export function filled(value: unknown, values: Values): unknown {
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
export function partAt(value: unknown, pointer: string): unknown {
  let part = value;
  for (const name of pointer.split('/').slice(1)) {
    const member = name.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof part !== 'object' || part === null || !Object.hasOwn(part, member)) return undefined;
    part = (part as Record<string, unknown>)[member];
  }
  return part;
}

function textAt(value: unknown, pointer: string): string {
  const found = partAt(value, pointer);
  return typeof found === 'string' ? found : typeof found === 'number' ? String(found) : '';
}
