import { readFile } from 'node:fs/promises';
import { Kv, shownPath, Vault, VaultError, type SecretPath, type VaultLogin } from '@keyward/server/vault';
import { checkedKey, type KeyPlace, type KeyRead } from './key-place.ts';

/** How to log in: as it is, or with a text that is read from a file each time, because other programs replace it. */
export type Login =
  | { kind: 'fixed'; login: VaultLogin }
  | { kind: 'file'; file: string; loginWith: (text: string) => VaultLogin };

export interface VaultPlaceOptions {
  address: string;
  namespace?: string | undefined;
  /** PEM. */
  ca?: string | undefined;
  login: Login;
  at: SecretPath;
  field: string;
}

/** So that a request that waits for a newer key does not wait long. */
const TIMEOUT_MS = 3_000;

/** A field of a KV version 2 secret. */
export class VaultPlace implements KeyPlace {
  readonly #options: VaultPlaceOptions;
  #vault: { vault: Vault; loginText: string } | undefined;
  #mayReadMetadata = true;

  constructor(options: VaultPlaceOptions) {
    this.#options = options;
  }

  get shown(): string {
    return `Vault ${shownPath(this.#options.at)}#${this.#options.field}`;
  }

  async read(): Promise<KeyRead> {
    const secret = await this.#asked((kv) => kv.read(this.#options.at));
    if (secret.state !== 'present') throw new Error(`${this.shown} is ${secret.state}. Store the key there.`);
    return { key: checkedKey(secret.data[this.#options.field], this.shown), version: secret.version };
  }

  async revision(): Promise<string | undefined> {
    if (!this.#mayReadMetadata) return undefined;
    try {
      const metadata = await this.#asked((kv) => kv.metadata(this.#options.at));
      // A version that was deleted stays the current one.
      return `${metadata?.currentVersion ?? 0}${metadata?.isDeleted === true ? ' deleted' : ''}`;
    } catch (error) {
      if (!(error instanceof VaultError) || error.fault !== 'denied') throw error;
      this.#mayReadMetadata = false;
      return undefined;
    }
  }

  async stop(): Promise<void> {
    const open = this.#vault;
    this.#vault = undefined;
    await open?.vault.stop();
  }

  async #asked<T>(ask: (kv: Kv) => Promise<T>): Promise<T> {
    return ask(new Kv(await this.#opened()));
  }

  /** A new session where the file of the login has changed. */
  async #opened(): Promise<Vault> {
    const { login } = this.#options;
    const loginText = login.kind === 'file' ? await loginIn(login.file) : '';
    if (this.#vault?.loginText === loginText) return this.#vault.vault;
    const old = this.#vault;
    const { address, namespace, ca } = this.#options;
    const vault = new Vault({
      address,
      timeoutMs: TIMEOUT_MS,
      login: login.kind === 'file' ? login.loginWith(loginText) : login.login,
      ...(namespace === undefined ? {} : { namespace }),
      ...(ca === undefined ? {} : { ca }),
    });
    this.#vault = { vault, loginText };
    await old?.vault.stop();
    return vault;
  }
}

async function loginIn(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new Error(`The file ${file} for the login to Vault cannot be read (${error.code ?? 'unknown'}).`);
  });
  return text.trim();
}
