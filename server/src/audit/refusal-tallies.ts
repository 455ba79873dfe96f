import type { AuditEntry } from './record.ts';

export interface Refusal {
  actor: AuditEntry['actor'];
  action: string;
  target: string;
  /** Why: `invalid_key`, `insufficient_scope`, … */
  code: string;
  ip?: string | undefined;
}

/** Equal refusals, counted. Times in ms since 1970. */
export interface Tally {
  refusal: Refusal;
  count: number;
  firstMs: number;
  lastMs: number;
}

/** Refusals beyond the number of distinct ones, counted by code only. */
export interface Overflow {
  count: number;
  firstMs: number;
  lastMs: number;
  byCode: Map<string, number>;
}

const CODES_MAX = 50;
const TARGET_MAX_CHARACTERS = 256;

/** Counts refusals in bounded memory. */
export class RefusalTallies {
  overflow: Overflow | undefined;
  readonly #byKey = new Map<string, Tally>();
  readonly #distinctMax: number;
  #anonymous = 0;

  constructor(distinctMax: number) {
    this.#distinctMax = distinctMax;
  }

  get isEmpty(): boolean {
    return this.#byKey.size === 0 && this.overflow === undefined;
  }

  /** Requests. */
  get count(): number {
    let count = this.overflow?.count ?? 0;
    for (const tally of this.#byKey.values()) count += tally.count;
    return count;
  }

  /** On the path of each refused request: one text, one look-up. */
  note(refusal: Refusal, nowMs: number): void {
    const tally = this.#byKey.get(keyOf(refusal));
    if (tally === undefined) this.#add({ refusal: cut(refusal), count: 1, firstMs: nowMs, lastMs: nowMs });
    else {
      tally.count += 1;
      tally.lastMs = nowMs;
    }
  }

  /** Adds tallies that could not be written; those beyond the bounds go into the overflow. */
  merge(other: RefusalTallies): void {
    for (const tally of other.#byKey.values()) {
      const own = this.#byKey.get(keyOf(tally.refusal));
      if (own === undefined) this.#add(tally);
      else join(own, tally);
    }
    if (other.overflow === undefined) return;
    for (const [code, count] of other.overflow.byCode) this.#overflow({ ...other.overflow, count }, code);
  }

  /** At most `max` tallies, of known callers first; the rest goes into the overflow. */
  take(max: number): Tally[] {
    const tallies = [...this.#byKey.values()].sort((a, b) => Number(isAnonymous(a)) - Number(isAnonymous(b)));
    for (const tally of tallies.slice(max)) this.#overflow(tally, tally.refusal.code);
    const taken = tallies.slice(0, max);
    this.#byKey.clear();
    this.#anonymous = taken.filter(isAnonymous).length;
    for (const tally of taken) this.#byKey.set(keyOf(tally.refusal), tally);
    return taken;
  }

  #add(tally: Tally): void {
    const anonymous = isAnonymous(tally);
    // Anonymous callers get half of the room: a flood of them must not hide the refusal of a stolen key.
    const isFull =
      this.#byKey.size >= this.#distinctMax || (anonymous && this.#anonymous >= this.#distinctMax / 2);
    if (isFull) {
      this.#overflow(tally, tally.refusal.code);
      return;
    }
    if (anonymous) this.#anonymous += 1;
    this.#byKey.set(keyOf(tally.refusal), tally);
  }

  #overflow({ count, firstMs, lastMs }: Omit<Tally, 'refusal'>, code: string): void {
    this.overflow ??= { count: 0, firstMs, lastMs, byCode: new Map() };
    const { overflow } = this;
    overflow.count += count;
    overflow.firstMs = Math.min(overflow.firstMs, firstMs);
    overflow.lastMs = Math.max(overflow.lastMs, lastMs);
    const name = overflow.byCode.has(code) || overflow.byCode.size < CODES_MAX ? code : 'other';
    overflow.byCode.set(name, (overflow.byCode.get(name) ?? 0) + count);
  }
}

function isAnonymous({ refusal }: Tally): boolean {
  return refusal.actor === 'anonymous';
}

/** The target last: a stranger chooses its text. */
function keyOf({ actor, action, target, code, ip }: Refusal): string {
  const text = target.length > TARGET_MAX_CHARACTERS ? target.slice(0, TARGET_MAX_CHARACTERS) : target;
  return `${actor}\n${action}\n${code}\n${ip ?? ''}\n${text}`;
}

/** A stranger chooses the length of a path. */
function cut(refusal: Refusal): Refusal {
  return { ...refusal, target: refusal.target.slice(0, TARGET_MAX_CHARACTERS) };
}

function join(own: Tally, other: Tally): void {
  own.count += other.count;
  own.firstMs = Math.min(own.firstMs, other.firstMs);
  own.lastMs = Math.max(own.lastMs, other.lastMs);
}
