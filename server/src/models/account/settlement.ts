import type { Logger } from '../../base/logger.ts';
import { KeywardError } from '../../base/errors.ts';
import { costNano } from '../../usage/index.ts';
import type { Ending } from '../answer/answer.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { AUDIO_TOKENS_PER_SECOND, longestAnswer, unitsOf } from '../request/estimate.ts';
import type { ForwardRequest } from '../forward.ts';
import { silenceMs, type Meter } from '../answer/meter.ts';
import { formFields } from '../request/model-form.ts';
import { answersWithText, isFree, isText, STORED_RESPONSE } from '../request/paths.ts';
import { isPlausible } from './plausible.ts';
import { priceOfRoute } from './prices.ts';
import { countAnswer, countPrompt, type PromptCount } from './token-count.ts';
import type { Took } from '../upstreams/remote-models.ts';
import type { TokenCounts } from '../answer/usage-scanner.ts';

/** `worker`, `gpuMs`: where a worker had it. */
export interface UsageReport extends Partial<Took> {
  outcome: Ending;
  tokensIn: number;
  tokensOut: number;
  /** Counted by Keyward: the upstream gave no counts, or implausible ones. */
  estimated: boolean;
  /** By the upstream's price table, in 10⁻⁹ USD. */
  usdNano: number;
}

export const NO_USAGE: UsageReport = {
  outcome: 'ok',
  tokensIn: 0,
  tokensOut: 0,
  estimated: false,
  usdNano: 0,
};

/** The usage of two requests; the first outcome that is not `ok` counts. */
export const summed = (one: UsageReport, other: UsageReport): UsageReport => ({
  outcome: one.outcome === 'ok' ? other.outcome : one.outcome,
  tokensIn: one.tokensIn + other.tokensIn,
  tokensOut: one.tokensOut + other.tokensOut,
  estimated: one.estimated || other.estimated,
  usdNano: one.usdNano + other.usdNano,
  ...(one.worker !== undefined || other.worker !== undefined
    ? { worker: one.worker ?? other.worker ?? '', gpuMs: (one.gpuMs ?? 0) + (other.gpuMs ?? 0) }
    : {}),
});

interface Ended {
  ending: Ending;
  route: Route;
  status: number;
  meter: Meter;
  isEventStream: boolean;
}

/** Counts with both sides known. */
type Counted = TokenCounts & { tokensIn: number; tokensOut: number };

/** How far Keyward's own count may be off: tokenizers differ. */
const COUNTING_FACTOR = 2;
const COUNTING_SLACK_TOKENS = 50;
/** Assumed of a model whose output is not seen. */
const UNSEEN_TOKENS_PER_SECOND = 50;
/** Of a recording: two channels of 24 bits, 96,000 times a second. */
const AUDIO_MAX_BYTES_PER_SECOND = 600_000;

/** Settles a request exactly once, in every case. */
export class Settlement {
  readonly #report = Promise.withResolvers<UsageReport>();
  readonly #request: ForwardRequest;
  readonly #logger: Logger;
  #settled = false;
  /** The upstream that has the request now, and since when. */
  #askedOf: Route | undefined;
  #askedMs = 0;
  #taking: Promise<Took> | undefined;

  constructor(request: ForwardRequest, logger: Logger) {
    this.#request = request;
    this.#logger = logger;
  }

  /** Never rejects. */
  get report(): Promise<UsageReport> {
    return this.#report.promise;
  }

  /** @param route undefined: the upstream has refused the request or could not be reached. */
  asked(route: Route | undefined): void {
    this.#askedOf = route;
    if (route !== undefined) this.#askedMs = performance.now();
  }

  /** A worker has it: what it took is known after its end. */
  takes(took: Promise<Took>): void {
    this.#taking = took;
  }

  settle(ended: Ended): void {
    if (this.#settled) return;
    this.#settled = true;
    const { path } = this.#request;
    const isUnasked = this.#askedOf === undefined;
    if (isUnasked || ended.status >= 400 || isFree(path))
      return this.#done(ended, path === STORED_RESPONSE ? this.#outputOf(ended) : NOTHING, false);
    const counts = this.#countsOf(ended);
    const reported = complete(counts, answersWithText(path));
    // Of an answer that was cut off, an earlier count of the output is not final.
    if (
      reported !== undefined &&
      ended.ending === 'ok' &&
      isPlausible(reported, this.#request, ended.meter.seen)
    ) {
      return this.#done(ended, reported, false);
    }
    void this.#countAndSettle(ended);
  }

  /**
   * There was no answer. A caller that left pays for the prompt that an upstream has, and for what it may have produced meanwhile.
   * After a timeout the caller pays for the prompt: otherwise its work at the upstream would be free. Guarded by settlement.test.ts.
   */
  withoutAnswer(error: unknown, clientGone: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    const isTimeout = error instanceof KeywardError && error.code === 'upstream_timeout';
    const failed = isTimeout ? 'timeout' : 'upstream_error';
    const outcome = clientGone ? 'client_gone' : failed;
    const isCharged = (clientGone || isTimeout) && !isFree(this.#request.path);
    const route = isCharged ? this.#askedOf : undefined;
    if (route === undefined) return this.#finish({ ...NO_USAGE, outcome });
    void this.#chargePrompt(route, outcome, clientGone ? silenceMs(this.#askedMs) : 0);
  }

  /** Of a stored response whose prompt was counted when it was created. */
  #outputOf({ status, meter }: Ended): Counted {
    const { tokensOut = 0, reasoningOut } = status < 400 ? (meter.seen.counts ?? {}) : {};
    return { tokensIn: 0, tokensOut, reasoningOut };
  }

  async #chargePrompt(route: Route, outcome: Ending, silentMs: number): Promise<void> {
    const tokensOut = this.#withUnseen(route, { shown: 0, silentMs });
    const { text, media } = await this.#countedPrompt(route);
    const tokensIn = text + media;
    const usdNano = this.#costOf(route, { tokensIn, tokensOut });
    this.#finish({ outcome, tokensIn, tokensOut, estimated: true, usdNano });
  }

  /**
   * Tokens of an answer whose caller left: those that passed, and those that the model may have produced silently, since it reasons or
   * its answer comes as a whole. Otherwise a caller could read an answer and leave before the usage.
   */
  #withUnseen(route: Route, { shown, silentMs }: { shown: number; silentMs: number }): number {
    const { path, parsed, body, openOutput } = this.#request;
    if (!isText(path)) return shown;
    const unseen = Math.round((silentMs / 1_000) * UNSEEN_TOKENS_PER_SECOND);
    const otherwise = openOutput?.tokens ?? route.outputMax;
    const longest = longestAnswer({ path, parsed, bytes: body.length }, otherwise);
    return Math.max(shown, Math.min(shown + unseen, longest));
  }

  async #countAndSettle(ended: Ended): Promise<void> {
    const { ending, route, meter } = ended;
    const silentMs = ending === 'client_gone' ? silenceMs(this.#askedMs, meter.beganMs) + meter.silentMs : 0;
    const reported = this.#countsOf(ended);
    const { text, media } = await this.#countedPrompt(route);
    // The upstream knows the length of a recording better.
    const mediaIn =
      reported.seconds === undefined ? media : Math.ceil(reported.seconds * AUDIO_TOKENS_PER_SECOND);
    const shown = await this.#countedAnswer(ended);
    const tokensOut = this.#withUnseen(route, { shown, silentMs });
    const isIn = reported.tokensIn !== undefined && isNear(reported.tokensIn, text);
    // The output is complete at the end only; until then a count below ours is rejected.
    const isOut =
      reported.tokensOut !== undefined &&
      (ending === 'ok' ? isNear(reported.tokensOut, tokensOut) : reported.tokensOut >= tokensOut);
    const counted = {
      ...(isIn ? reported : {}),
      tokensIn: isIn ? (reported.tokensIn ?? 0) : text + mediaIn,
      tokensOut: isOut ? (reported.tokensOut ?? 0) : tokensOut,
      reasoningOut: isOut ? reported.reasoningOut : undefined,
      seconds: reported.seconds,
    };
    this.#done(ended, counted, !isIn || !isOut || ending !== 'ok');
  }

  /** The upstream's counts, without seconds that are too few for the recording. */
  #countsOf({ meter: { seen } }: Ended): TokenCounts {
    const said = seen.counts ?? {};
    const counts = this.#taking === undefined ? said : atMost(said, this.#request.body.length, seen.bytes);
    const least = this.#request.body.length / AUDIO_MAX_BYTES_PER_SECOND;
    return (counts.seconds ?? least) < least ? { ...counts, seconds: undefined } : counts;
  }

  #countedPrompt({ upstreamModel }: Route): Promise<PromptCount> {
    return countPrompt(this.#request, upstreamModel).catch((error: unknown) => ({
      text: this.#uncounted(error),
      media: 0,
    }));
  }

  async #countedAnswer({ route, meter, isEventStream }: Ended): Promise<number> {
    if (!answersWithText(this.#request.path)) return 0;
    return countAnswer(meter.seen, isEventStream, route.upstreamModel).catch((error: unknown) =>
      this.#uncounted(error),
    );
  }

  #uncounted(error: unknown): number {
    this.#logger.error({ err: error }, 'tokens could not be counted');
    return 0;
  }

  #done({ ending, route, status }: Ended, counted: Counted, estimated: boolean): void {
    const isRefused = status >= 400;
    this.#finish({
      outcome: ending === 'ok' && isRefused ? 'upstream_error' : ending,
      tokensIn: counted.tokensIn,
      tokensOut: counted.tokensOut,
      estimated,
      usdNano: isRefused ? 0 : this.#costOf(route, counted),
    });
  }

  #costOf(route: Route, counted: Counted): number {
    const { path, body, parsed } = this.#request;
    if (isFree(path) && path !== STORED_RESPONSE) return 0;
    const units = unitsOf({ path, parsed, form: formFields(body), bytes: body.length });
    const { cachedIn = 0, cacheWriteIn = 0, reasoningOut = 0, seconds = units.seconds } = counted;
    return costNano(
      { ...counted, cachedIn, cacheWriteIn, reasoningOut, images: units.images, seconds },
      priceOfRoute(route),
    );
  }

  #finish(report: UsageReport): void {
    if (this.#taking === undefined) return this.#hand(report);
    void this.#taking.then((took) => this.#hand({ ...report, ...took }));
  }

  #hand(report: UsageReport): void {
    this.#report.resolve(report);
    try {
      this.#request.onUsage?.(report);
    } catch (error) {
      this.#logger.error({ err: error }, 'a request could not be settled');
    }
  }
}

const NOTHING: Counted = { tokensIn: 0, tokensOut: 0 };

/** Undefined where a side is missing that must be there. */
function complete(counts: TokenCounts, needsOutput: boolean): Counted | undefined {
  const { tokensIn, tokensOut } = counts;
  if (tokensIn === undefined || (needsOutput && tokensOut === undefined)) return undefined;
  return { ...counts, tokensIn, tokensOut: tokensOut ?? 0 };
}

/** Of the template of a chat, and of pictures by their addresses. */
const PROMPT_SLACK_TOKENS = 1_000;

/**
 * A token has a byte at least. A worker is a stranger's: one that lies could otherwise spend the budget of each of its clients.
 * Guarded by worker-answers.test.ts.
 */
function atMost(counts: TokenCounts, sentBytes: number, receivedBytes: number): TokenCounts {
  const { tokensIn, tokensOut } = counts;
  const mostIn = sentBytes + PROMPT_SLACK_TOKENS;
  if ((tokensIn ?? 0) <= mostIn && (tokensOut ?? 0) <= receivedBytes) return counts;
  return {
    ...(tokensIn !== undefined && { tokensIn: Math.min(tokensIn, mostIn) }),
    ...(tokensOut !== undefined && { tokensOut: Math.min(tokensOut, receivedBytes) }),
  };
}

/** Not far below what was counted here. */
const isNear = (reported: number, counted: number): boolean =>
  counted <= reported * COUNTING_FACTOR + COUNTING_SLACK_TOKENS;
