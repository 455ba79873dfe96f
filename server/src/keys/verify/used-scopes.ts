import type { ScopeUses } from '../../access/index.ts';
import type { Clock } from '../../base/clock.ts';
import { lineOf, type Key } from '../key.ts';
import type { ScopeUse } from '../store/scope-use-store.ts';
import { dayOf } from '../unused-scopes.ts';

/** Of a day. More are written again, which changes nothing. */
const TAKEN_MAX = 100_000;

/** Which scopes of which keys were used, once a day each: in memory until they are written. */
export class UsedScopes {
  readonly #clock: Clock;
  readonly #onNew: () => void;
  #day = 0;
  /** `KEY SCOPE`, of this day. */
  readonly #taken = new Set<string>();
  #pending: ScopeUse[] = [];

  constructor({ clock, onNew }: { clock: Clock; onNew: () => void }) {
    this.#clock = clock;
    this.#onNew = onNew;
  }

  /** A use by a key is one by its ancestors: to narrow one of them takes the scope from the key too. */
  readonly of = (key: Key): ScopeUses =>
    new UsesOfKey(
      this,
      lineOf(key).map(({ id }) => id),
    );

  today(): number {
    return dayOf(this.#clock.nowMs());
  }

  add(keyIds: readonly string[], scope: string, day: number): void {
    if (day !== this.#day || this.#taken.size >= TAKEN_MAX) this.#taken.clear();
    this.#day = day;
    for (const keyId of keyIds) {
      const use = `${keyId} ${scope}`;
      if (this.#taken.has(use)) continue;
      this.#taken.add(use);
      this.#pending.push({ keyId, scope, day });
    }
    if (this.#pending.length > 0) this.#onNew();
  }

  /** What is to be written. */
  take(): ScopeUse[] {
    const taken = this.#pending;
    this.#pending = [];
    return taken;
  }

  /** What could not be written. */
  putBack(uses: readonly ScopeUse[]): void {
    this.#pending.push(...uses);
  }
}

class UsesOfKey implements ScopeUses {
  readonly #all: UsedScopes;
  readonly #keyIds: readonly string[];
  #day = 0;
  readonly #seen = new Set<string>();

  constructor(all: UsedScopes, keyIds: readonly string[]) {
    this.#all = all;
    this.#keyIds = keyIds;
  }

  /** On the path of each request: one look-up, no allocation for a scope that was noted this day. */
  note(scope: string): void {
    const day = this.#all.today();
    if (day !== this.#day) {
      this.#seen.clear();
      this.#day = day;
    }
    if (this.#seen.has(scope)) return;
    this.#seen.add(scope);
    this.#all.add(this.#keyIds, scope, day);
  }
}
