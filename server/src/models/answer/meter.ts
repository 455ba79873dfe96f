import type { TokensSoFar } from '../../nodes/index.ts';
import type { SeenAnswer } from './answer.ts';
import { endsEvent, fieldValues, firstEventEnd, lastEventEnd, linesOfEvent } from './event-ends.ts';
import { TAIL_BYTES } from './stream-end.ts';
import { findUsageObject, UsageScanner, type TokenCounts } from './usage-scanner.ts';

/** Kept of an answer, by reference, to count its tokens if the upstream does not. */
const SAMPLE_MAX_BYTES = 256 * 1024;
/** A longer event is not the usage chunk, and passes as it comes. */
const HELD_MAX_BYTES = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

export interface Seen {
  counts: TokenCounts | undefined;
  /** The beginning of the body. */
  sample: readonly Buffer[];
  bytes: number;
}

/** How often `mark` is in an answer, extrapolated from the sample. */
export function timesIn({ sample, bytes }: Seen, mark: string): number {
  let times = 0;
  let sampled = 0;
  for (const piece of sample) {
    sampled += piece.length;
    for (let at = piece.indexOf(mark); at >= 0; at = piece.indexOf(mark, at + mark.length)) times++;
  }
  return sampled === 0 ? 0 : times * (bytes / sampled);
}

/** Of a text in JSON, roughly: to count takes milliseconds for each request in a list. */
const BYTES_PER_TOKEN = 4;

/**
 * About the usage of a request whose answer has not ended: the upstream's counts; otherwise by the length of the prompt, and by the
 * events of the answer, most of which carry one token.
 * @param seen undefined: nothing of an answer has come yet
 */
export function tokensSoFar(body: Buffer | { length: number }, seen?: SeenAnswer): TokensSoFar {
  const prompt = Buffer.isBuffer(body) ? Math.ceil(body.length / BYTES_PER_TOKEN) : 0;
  if (seen === undefined) return { tokensIn: prompt, tokensOut: 0 };
  const { counts, bytes, isEventStream } = seen;
  const answer = isEventStream ? timesIn(seen, 'data:') : bytes / BYTES_PER_TOKEN;
  return {
    tokensIn: counts?.tokensIn ?? prompt,
    tokensOut: Math.max(counts?.tokensOut ?? 0, Math.round(answer)),
  };
}

/** A pause between two tokens of a slow model, or before the first one, is not silence. */
const PAUSE_MS = 1_000;

/** How long nothing came since `sinceMs`; 0 for a pause. */
export function silenceMs(sinceMs: number, nowMs = performance.now()): number {
  const ms = nowMs - sinceMs;
  return ms < PAUSE_MS ? 0 : ms;
}

/** Counts and samples an answer's bytes as they pass. */
export class Meter {
  readonly #scanner = new UsageScanner();
  #tail: Buffer[] = [];
  #tailBytes = 0;
  readonly #sample: Buffer[] = [];
  #sampleBytes = 0;
  #bytes = 0;
  #atEventEnd = true;
  readonly beganMs = performance.now();
  #lastMs = this.beganMs;
  #silentMs = 0;

  /** How long nothing came until now, without pauses. */
  get silentMs(): number {
    return this.#silentMs + silenceMs(this.#lastMs);
  }

  /** The model begins now: silence until here was not its own. */
  restart(): void {
    this.#lastMs = performance.now();
    this.#silentMs = 0;
  }

  /** @returns the bytes for the caller. */
  push(chunk: Buffer): Buffer | undefined {
    this.look(chunk);
    return chunk;
  }

  end(): Buffer | undefined {
    return undefined;
  }

  /** Whether the caller has received part of an event. */
  get midEvent(): boolean {
    return !this.#atEventEnd;
  }

  /** The last bytes, as Latin-1. */
  get tail(): string {
    return Buffer.concat(this.#tail).toString('latin1', Math.max(0, this.#tailBytes - TAIL_BYTES));
  }

  get seen(): Seen {
    return { counts: this.#scanner.counts, sample: this.#sample, bytes: this.#bytes };
  }

  /** @returns whether the bytes may contain a usage object. */
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
    this.#keepTail(chunk);
    return this.#scanner.scan(chunk);
  }

  #keepTail(chunk: Buffer): void {
    this.#tail.push(chunk);
    this.#tailBytes += chunk.length;
    // Seldom: to drop a piece for each that comes would move all others each time.
    if (this.#tailBytes < 2 * TAIL_BYTES) return;
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= TAIL_BYTES)
      this.#tailBytes -= this.#tail.shift()?.length ?? 0;
  }
}

/**
 * Removes the usage chunk, which the caller did not ask for, from a stream; every other byte passes unchanged. An incomplete event
 * waits for its end.
 */
export class UsageStripper extends Meter {
  #held: Buffer = NOTHING;
  /** In an event that is too long to be held: it passes up to its end. */
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
      // The last bytes stay: the end of the event may be split.
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

/** `choices: []` and a usage object: the chunk that `include_usage` adds at the end. */
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
