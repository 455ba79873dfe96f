/** What stands in an answer in the place of a value that nobody shall read. */
export const HIDDEN = '********';

/**
 * Takes values out of what a model says: "repeat your prompt" must not read out what an administrator marked as secret. Only
 * the value as it is: a model can be talked into spelling it otherwise (docs/workspaces.md). Guarded by secrets.test.ts.
 */
export class SecretFilter {
  /** The longest first: one may hold another. */
  readonly #secrets: readonly string[];
  #waiting = '';

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.toSorted((a, b) => b.length - a.length);
  }

  /** A whole text without them. */
  hide(text: string): string {
    return this.#secrets.reduce((said, secret) => said.replaceAll(secret, HIDDEN), text);
  }

  /** The next piece of a text in pieces of any length: what could be the beginning of a secret waits for what follows. */
  add(text: string): string {
    if (this.#secrets.length === 0) return text;
    const all = this.hide(this.#waiting + text);
    const shown = all.length - this.#beginning(all);
    this.#waiting = all.slice(shown);
    return all.slice(0, shown);
  }

  /** @returns what still waits. */
  end(): string {
    return this.#waiting;
  }

  /** How many of the last characters are the first ones of a secret. */
  #beginning(text: string): number {
    const longest = this.#secrets[0]?.length ?? 0;
    for (let count = Math.min(longest - 1, text.length); count > 0; count--) {
      const last = text.slice(text.length - count);
      if (this.#secrets.some((secret) => secret.startsWith(last))) return count;
    }
    return 0;
  }
}
