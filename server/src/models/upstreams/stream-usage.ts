import type { Clock } from '../../base/clock.ts';

/** An upstream may have learned it meanwhile. */
const FORBIDDEN_MS = 3_600_000;
const LINES_MAX = 10_000;
/** Of a request that is invalid, or has a member that the upstream does not know. */
const REFUSALS = new Set([400, 422]);
const MENTIONED = /stream_?options|include_?usage/i;

/** A refusal of an upstream. */
interface Refusal {
  status: number;
  body: Buffer;
}

/** Remembers which upstreams refuse a request for `stream_options`, for each model, as long as the process runs. */
export class StreamUsage {
  readonly #clock: Clock;
  /** By line: since when it refuses them; undefined: it accepts them. */
  readonly #known = new Map<string, number | undefined>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isForbidden(line: string): boolean {
    const sinceMs = this.#known.get(line);
    return sinceMs !== undefined && this.#clock.monotonicMs() - sinceMs < FORBIDDEN_MS;
  }

  /** Whether `stream_options` may be the cause of a refusal: not every upstream names it. */
  mayBeCause(line: string, { status, body }: Refusal): boolean {
    if (!REFUSALS.has(status)) return false;
    const isAccepted = this.#known.has(line) && this.#known.get(line) === undefined;
    return !isAccepted || MENTIONED.test(body.toString('latin1'));
  }

  accepted(line: string): void {
    if (!this.#known.has(line) || this.#known.get(line) !== undefined) this.#note(line, undefined);
  }

  forbidden(line: string): void {
    this.#note(line, this.#clock.monotonicMs());
  }

  #note(line: string, sinceMs: number | undefined): void {
    if (this.#known.size >= LINES_MAX && !this.#known.has(line)) this.#known.clear();
    this.#known.set(line, sinceMs);
  }
}
