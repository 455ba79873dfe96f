import { TRANSACTION_MS } from '../../identity/index.ts';
import type { Sealing } from '../../sealing/index.ts';

/**
 * Keeps a sign-in that has begun in its browser. `SameSite=Lax`: the provider leads the browser back, which is a
 * navigation from another site.
 */
export class OidcCookie {
  readonly #name: string;
  readonly #attributes: string;

  /** @param publicUrl where browsers come back to. */
  constructor({ fingerprint }: Pick<Sealing, 'fingerprint'>, publicUrl: string) {
    const isTls = publicUrl.startsWith('https:');
    // With the prefix, a neighbouring host cannot have this browser end the sign-in of somebody else.
    this.#name = `${isTls ? '__Host-' : ''}keyward_oidc_${fingerprint}`;
    this.#attributes = `Path=/; HttpOnly; SameSite=Lax${isTls ? '; Secure' : ''}`;
  }

  read(header: string | undefined): string | undefined {
    const start = `${this.#name}=`;
    const pairs = (header ?? '').split(';').map((pair) => pair.trim());
    return pairs.find((pair) => pair.startsWith(start))?.slice(start.length);
  }

  set(value: string): string {
    return `${this.#name}=${value}; Max-Age=${TRANSACTION_MS / 1_000}; ${this.#attributes}`;
  }

  clear(): string {
    return `${this.#name}=; Max-Age=0; ${this.#attributes}`;
  }
}
