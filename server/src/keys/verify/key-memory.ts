import type { Caller } from '../../access/index.ts';
import { lineOf, type Key } from '../key.ts';

/** A key that was good when it was read. */
export interface GoodKey {
  valid: true;
  key: Key;
  caller: Caller;
  secretId: string;
  /** ms since 1970: when its secret, its key or an ancestor ends. */
  goodUntilMs: number;
}

/** About 2 KB each. */
export const ENTRIES_MAX = 20_000;

/** Good keys by the SHA-256 of their secret. To be believed only while the node's lease holds. */
export class KeyMemory {
  readonly #entries = new Map<string, { good: GoodKey; used: boolean }>();
  /** By the id of a key: its hashes and those of its descendants, which end with it. */
  readonly #hashesOfKey = new Map<string, Set<string>>();

  get size(): number {
    return this.#entries.size;
  }

  get(hash: string): GoodKey | undefined {
    const entry = this.#entries.get(hash);
    if (entry === undefined) return undefined;
    entry.used = true;
    return entry.good;
  }

  put(hash: string, good: GoodKey): void {
    this.#drop(hash);
    if (this.#entries.size >= ENTRIES_MAX) this.#makeRoom();
    this.#entries.set(hash, { good, used: false });
    for (const { id } of lineOf(good.key)) {
      const hashes = this.#hashesOfKey.get(id) ?? new Set();
      this.#hashesOfKey.set(id, hashes.add(hash));
    }
  }

  /** Drops the oldest entry; one that was used since the last look becomes the newest instead. */
  #makeRoom(): void {
    for (const [hash, entry] of this.#entries) {
      if (!entry.used) return this.#drop(hash);
      entry.used = false;
      this.#entries.delete(hash);
      this.#entries.set(hash, entry);
    }
  }

  forgetKey(keyId: string): void {
    for (const hash of this.#hashesOfKey.get(keyId) ?? []) this.#drop(hash);
  }

  forgetOwner(ownerId: string): void {
    for (const [hash, { good }] of this.#entries)
      if (lineOf(good.key).some(({ owner }) => owner.id === ownerId)) this.#drop(hash);
  }

  forgetEverything(): void {
    this.#entries.clear();
    this.#hashesOfKey.clear();
  }

  #drop(hash: string): void {
    const entry = this.#entries.get(hash);
    this.#entries.delete(hash);
    if (entry === undefined) return;
    for (const { id } of lineOf(entry.good.key)) {
      const hashes = this.#hashesOfKey.get(id);
      hashes?.delete(hash);
      if (hashes?.size === 0) this.#hashesOfKey.delete(id);
    }
  }
}
