import { HttpCalls } from '../calls/http-calls.ts';
import { at, filledText, type Values } from '../calls/templates.ts';
import { foundKeys, idIn, itemsIn, mintedKey } from './answers.ts';
import { chooseKey } from './chosen-key.ts';
import { withDefaults } from './http-minter-defaults.ts';
import type { HttpMinterSpec, HttpVerbs } from './http-minter-spec.ts';
import { MinterError, type ChosenKey, type FoundKey, type Minter, type Verdict } from './minter.ts';
import { allItems } from './paging.ts';

type Verb = 'verify' | 'find' | 'mint' | 'revoke';

/**
 * A minter that the manifest describes: a request for each verb, with `{name}` where a value goes, and JSON pointers to
 * what its answer holds.
 */
export class HttpMinter implements Minter {
  readonly #spec: HttpVerbs;
  readonly #calls: HttpCalls;
  /** Of the administrator; in requests only. */
  readonly #secrets: Values;

  /** @param secrets by the names that the requests use, such as `admin` for `{admin}` */
  constructor(spec: HttpVerbs, { url, secrets }: { url: string; secrets: Values }) {
    this.#spec = withDefaults(spec);
    this.#secrets = spec.basic === undefined ? secrets : { ...secrets, basic: basicOf(spec.basic, secrets) };
    const fail = (fault: 'refused' | 'unavailable', message: string, cause?: unknown) =>
      new MinterError(fault, message, { cause });
    this.#calls = new HttpCalls({ url, secrets: this.#secrets, login: this.#spec.login, fail });
  }

  stop(): Promise<void> {
    return this.#calls.stop();
  }

  async probe(): Promise<void> {
    const parent = await this.#parent();
    if (parent === undefined) return;
    const values = { prefix: 'keyward:', page: '1', offset: '0', ...parent };
    await this.#calls.do(this.#verb('find'), 'look for keys', values);
  }

  async verify(key: string): Promise<Verdict> {
    const verify = this.#verb('verify');
    const answer = await this.#calls.send(verify, { key }).catch(() => undefined);
    if (answer === undefined) return 'unknown';
    if ((verify.valid ?? [200]).includes(answer.status)) return 'valid';
    return (verify.invalid ?? [401, 403]).includes(answer.status) ? 'invalid' : 'unknown';
  }

  async find(prefix: string): Promise<FoundKey[]> {
    const parent = await this.#parent();
    if (parent === undefined) return [];
    const isWanted = (label: string) => label.startsWith(prefix);
    return this.#list(this.#verb('find'), { verb: 'find', values: { prefix, ...parent }, isWanted });
  }

  choose(label: string): ChosenKey | undefined {
    const { choose } = this.#spec.mint ?? {};
    if (choose === undefined) return undefined;
    const fill = (text: string, values: Values) => filledText(text, { ...this.#secrets, ...values });
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
    const { body } = await this.#calls.do(used, 'see when a key was used', { id, ...parent });
    const time = at(body, used.at);
    if (time === null) return null;
    const ms = typeof time === 'number' ? time * 1000 : typeof time === 'string' ? Date.parse(time) : NaN;
    if (Number.isNaN(ms)) throw this.#lacks('used', `a time at ${used.at}`);
    return ms;
  }

  async revoke(id: string): Promise<void> {
    const revoke = this.#verb('revoke');
    const parent = await this.#parent();
    if (parent === undefined) return;
    const call = { ...revoke, ok: revoke.ok ?? [200, 202, 204, 404] };
    await this.#calls.do(call, 'revoke a key', { id, ...parent });
  }

  async #mint(values: Values): Promise<{ id: string; key: string }> {
    const mint = this.#verb('mint');
    const sent = { ...values, ...(await this.#ensuredParent()) };
    const { body } = await this.#calls.do(mint, 'mint a key', sent);
    const made = mintedKey(body, mint, (what) => this.#lacks('mint', what));
    if (values['key'] === undefined || values['key'] === made.key) return made;
    await this.revoke(made.id);
    throw new MinterError(
      'refused',
      `${this.#calls.origin} has made another key than the chosen one; it was revoked again. Check mint.choose in the manifest, and the secret that it uses.`,
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
      const { name, create } = parent;
      const { body } = await this.#calls.do(create, `create ${name}`, { name });
      return { parent: idIn(body, create.id, (what) => this.#lacks('parent.create', what)) };
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
    const lacks = (what: string) => this.#lacks(verb, what);
    const items = await allItems(call.path, async (page) => {
      const { body } = await this.#calls.do(call, 'look for keys', { ...values, ...page });
      return itemsIn(body, call, lacks);
    });
    return foundKeys(items, call, { isWanted, lacks });
  }

  /** @throws Error for a verb that is no request */
  #verb<V extends Verb>(verb: V): NonNullable<HttpVerbs[V]> {
    const call = this.#spec[verb];
    if (call === undefined) throw new Error(`The manifest has no request for ${verb}.`);
    return call;
  }

  #lacks(verb: string, what: string): MinterError {
    return new MinterError(
      'refused',
      `The answer of ${this.#calls.origin} to ${verb} lacks ${what}. Check the JSON pointers of ${verb} in the manifest.`,
    );
  }
}

const basicOf = ({ username, password }: NonNullable<HttpVerbs['basic']>, secrets: Values): string =>
  Buffer.from(`${filledText(username, secrets)}:${filledText(password, secrets)}`).toString('base64');
