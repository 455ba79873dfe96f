import { HttpCalls } from '../calls/http-calls.ts';
import { at, textAt, type Values } from '../calls/templates.ts';
import type { HttpMinterSpec } from './http-minter-spec.ts';
import { MinterError, type FoundKey, type Minter, type Verdict } from './minter.ts';

/**
 * A minter that the manifest describes: a request for each verb, with `{name}` where a value goes, and JSON pointers to
 * what its answer holds.
 */
export class HttpMinter implements Minter {
  readonly #spec: HttpMinterSpec;
  readonly #calls: HttpCalls;

  /** @param secrets by the names that the requests use, such as `admin` for `{admin}` */
  constructor(spec: HttpMinterSpec, { url, secrets }: { url: string; secrets: Values }) {
    // The methods as the schema says them; who makes a spec in code may leave them out.
    this.#spec = {
      ...spec,
      verify: { method: 'GET', ...spec.verify },
      find: { method: 'GET', ...spec.find },
      mint: { method: 'POST', ...spec.mint },
      revoke: { method: 'DELETE', ...spec.revoke },
    };
    const { headers, login } = spec;
    const fail = (fault: 'refused' | 'unavailable', message: string, cause?: unknown) =>
      new MinterError(fault, message, { cause });
    this.#calls = new HttpCalls({ url, secrets, headers, login, fail });
  }

  stop(): Promise<void> {
    return this.#calls.stop();
  }

  async probe(): Promise<void> {
    await this.#calls.do(this.#spec.find, 'look for keys', { prefix: 'keyward:' });
  }

  async verify(key: string): Promise<Verdict> {
    const { verify } = this.#spec;
    const answer = await this.#calls.send(verify, { key }).catch(() => undefined);
    if (answer === undefined) return 'unknown';
    if ((verify.valid ?? [200]).includes(answer.status)) return 'valid';
    return (verify.invalid ?? [401, 403]).includes(answer.status) ? 'invalid' : 'unknown';
  }

  async find(prefix: string): Promise<FoundKey[]> {
    const { find } = this.#spec;
    const { body } = await this.#calls.do(find, 'look for keys', { prefix });
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
      return [{ label, id, ...(key === '' ? {} : { key }) }];
    });
  }

  async mint(label: string): Promise<{ id: string; key: string }> {
    const { mint } = this.#spec;
    const { body } = await this.#calls.do(mint, 'mint a key', { label });
    const [id, key] = [textAt(body, mint.id), textAt(body, mint.key)];
    if (key === '') throw this.#lacks('mint', `a key at ${mint.key}`);
    if (mint.format !== undefined && !new RegExp(mint.format, 'u').test(key))
      throw this.#lacks('mint', `a key of the declared format at ${mint.key}`);
    return { id, key };
  }

  async revoke(id: string): Promise<void> {
    const { revoke } = this.#spec;
    await this.#calls.do({ ...revoke, ok: revoke.ok ?? [200, 202, 204, 404] }, 'revoke a key', { id });
  }

  #lacks(verb: string, what: string): MinterError {
    return new MinterError(
      'refused',
      `The answer of ${this.#calls.origin} to ${verb} lacks ${what}. Check the JSON pointers of ${verb} in the manifest.`,
    );
  }
}
