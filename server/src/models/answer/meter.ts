import { endsEvent, fieldValues, firstEventEnd, lastEventEnd, linesOfEvent } from './event-ends.ts';
import { findUsageObject, UsageScanner, type TokenCounts } from './usage-scanner.ts';

/** Kept of an answer, by reference, so that its tokens can be counted where the upstream does not say. */
const SAMPLE_MAX_BYTES = 256 * 1024;
/** An event that has not ended after so much is not the usage chunk, and passes as it comes. */
const HELD_MAX_BYTES = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** What was seen of an answer. */
export interface Seen {
  counts: TokenCounts | undefined;
  /** The beginning of the body; the whole of it where `bytes` is no larger. */
  sample: readonly Buffer[];
  /** Length of the body. */
  bytes: number;
}

/** A pause that is no silence: between two tokens of a slow model, or before the first one. */
const PAUSE_MS = 1_000;

/** For how long nothing came since `sinceMs`; 0 for a pause. */
export function silenceMs(sinceMs: number, nowMs = performance.now()): number {
  const ms = nowMs - sinceMs;
  return ms < PAUSE_MS ? 0 : ms;
}

/** Looks at an answer's bytes as they pass. */
export class Meter {
  readonly #scanner = new UsageScanner();
  readonly #sample: Buffer[] = [];
  #sampleBytes = 0;
  #bytes = 0;
  #atEventEnd = true;
  /** When the answer began. */
  readonly beganMs = performance.now();
  #lastMs = this.beganMs;
  #silentMs = 0;

  /** For how long nothing came, pauses aside, up to now. */
  get silentMs(): number {
    return this.#silentMs + silenceMs(this.#lastMs);
  }

  /** @returns what goes on to the caller; undefined: nothing now. */
  push(chunk: Buffer): Buffer | undefined {
    this.look(chunk);
    return chunk;
  }

  /** @returns what was held back. */
  end(): Buffer | undefined {
    return undefined;
  }

  /** Whether what the caller has so far ends in the middle of an event. */
  get midEvent(): boolean {
    return !this.#atEventEnd;
  }

  get seen(): Seen {
    return { counts: this.#scanner.counts, sample: this.#sample, bytes: this.#bytes };
  }

  /** @returns whether there may be a usage object in it. */
  protected look(chunk: Buffer): boolean {
    const nowMs = performance.now();
    this.#silentMs += silenceMs(this.#lastMs, nowMs);
    this.#lastMs = nowMs;
    this.#bytes += chunk.length;
    this.#atEventEnd = endsEvent(chunk);
    if (this.#sampleBytes < SAMPLE_MAX_BYTES) {
      this.#sample.push(chunk);
      this.#sampleBytes += chunk.length;
    }
    return this.#scanner.scan(chunk);
  }
}

/**
 * Takes the usage chunk, which the caller did not ask for, out of a stream; every other byte passes unchanged.
 * An event that is not complete waits for its end, which costs the caller nothing: it could not act on half of it.
 */
export class UsageStripper extends Meter {
  #held: Buffer = NOTHING;
  /** In an event too long to be held: everything passes up to its end. */
  #passing = false;

  override get midEvent(): boolean {
    return this.#passing;
  }

  override push(chunk: Buffer): Buffer | undefined {
    const maybe = this.look(chunk);
    if (!maybe && this.#held.length === 0 && !this.#passing && endsEvent(chunk)) return chunk;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    const complete = lastEventEnd(bytes);
    this.#held = bytes.subarray(complete);
    const out: Buffer[] = [];
    this.#complete(bytes.subarray(0, complete), out);
    if (this.#held.length > HELD_MAX_BYTES) {
      this.#passing = true;
      // The last bytes stay: the event may end across this piece and the next.
      out.push(this.#held.subarray(0, -3));
      this.#held = this.#held.subarray(-3);
    }
    return joined(out);
  }

  override end(): Buffer | undefined {
    const out: Buffer[] = [];
    this.#complete(this.#held, out);
    this.#held = NOTHING;
    return joined(out);
  }

  #complete(events: Buffer, out: Buffer[]): void {
    let rest = events;
    if (this.#passing && rest.length > 0) {
      const end = firstEventEnd(rest);
      out.push(rest.subarray(0, end));
      rest = rest.subarray(end);
      this.#passing = false;
    }
    const text = rest.toString('latin1');
    let keptFrom = 0;
    for (let at = 0, end = 0; at < rest.length; at = end) {
      const usageAt = findUsageObject(text, at);
      if (usageAt === -1) break;
      // Events before the one with usage need no look.
      while ((end = at + firstEventEnd(rest.subarray(at))) <= usageAt) at = end;
      if (!isUsageChunk(rest.subarray(at, end))) continue;
      out.push(rest.subarray(keptFrom, at));
      keptFrom = end;
    }
    out.push(rest.subarray(keptFrom));
  }
}

function joined(pieces: Buffer[]): Buffer | undefined {
  const filled = pieces.filter((piece) => piece.length > 0);
  return filled.length > 1 ? Buffer.concat(filled) : filled[0];
}

/** `choices: []` and a usage object: what `include_usage` adds at the end, and nothing else. */
function isUsageChunk(event: Buffer): boolean {
  const data = fieldValues(linesOfEvent(event.toString()), 'data');
  try {
    const chunk = JSON.parse(data.join('\n')) as { choices?: unknown; usage?: unknown };
    const { choices, usage } = chunk;
    return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
  } catch {
    return false;
  }
}
