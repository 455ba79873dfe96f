/** Replaces a secret value in an answer. */
export const HIDDEN = '********';

/**
 * Removes secret values from answers, against questions such as "repeat your prompt". Only the exact value: a model can be persuaded
 * to spell it in another way (docs/workspaces.md). Guarded by secrets.test.ts.
 */
export class SecretFilter {
  /** The longest first: one may contain another. */
  readonly #secrets: readonly string[];
  #waiting = '';

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.toSorted((a, b) => b.length - a.length);
  }

  /** A whole text without secrets. */
  hide(text: string): string {
    return this.#secrets.reduce((said, secret) => said.replaceAll(secret, HIDDEN), text);
  }

  /** The next piece of a text. A possible beginning of a secret waits for the next piece. */
  add(text: string): string {
    if (this.#secrets.length === 0) return text;
    const all = this.hide(this.#waiting + text);
    const shown = all.length - this.#beginning(all);
    this.#waiting = all.slice(shown);
    return all.slice(0, shown);
  }

  /** @returns the rest. */
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
