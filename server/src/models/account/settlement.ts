import type { Logger } from '../../base/logger.ts';
import { KeywardError } from '../../base/errors.ts';
import { costNano } from '../../usage/index.ts';
import type { Ending } from '../answer/answer-stream.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { AUDIO_TOKENS_PER_SECOND, longestAnswer, unitsOf } from '../request/estimate.ts';
import type { ForwardRequest } from '../forward.ts';
import { silenceMs, type Meter } from '../answer/meter.ts';
import { formFields } from '../request/model-form.ts';
import { answersWithText, isCounting, isText } from '../request/paths.ts';
import { isPlausible } from './plausible.ts';
import { priceOfRoute } from './prices.ts';
import { countAnswer, countPrompt, type PromptCount } from './token-count.ts';
import type { TokenCounts } from '../answer/usage-scanner.ts';

/** What a request used. */
export interface UsageReport {
  outcome: Ending;
  tokensIn: number;
  tokensOut: number;
  /** Counted here; the upstream did not say, or said what cannot be. */
  estimated: boolean;
  /** By the upstream's price table, in 10⁻⁹ USD. */
  usdNano: number;
}

interface Ended {
  ending: Ending;
  route: Route;
  status: number;
  meter: Meter;
  isEventStream: boolean;
}

/** Counts with both sides known. */
type Counted = TokenCounts & { tokensIn: number; tokensOut: number };

/** How far the counting here may be off: tokenizers differ. */
const COUNTING_FACTOR = 2;
const COUNTING_SLACK_TOKENS = 50;
/** The pace of a model that nobody sees write. */
const UNSEEN_TOKENS_PER_SECOND = 50;
/** Of a recording: two channels of 24 bits, 96,000 times a second. */
const AUDIO_MAX_BYTES_PER_SECOND = 600_000;

/** Settles a request exactly once, whatever happened to it. */
export class Settlement {
  readonly report: Promise<UsageReport>;
  readonly #request: ForwardRequest;
  readonly #logger: Logger;
  #resolve: (report: UsageReport) => void = () => undefined;
  #settled = false;
  /** Whom the request lies with right now, and since when. */
  #askedOf: Route | undefined;
  #askedMs = 0;

  constructor(request: ForwardRequest, logger: Logger) {
    this.#request = request;
    this.#logger = logger;
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** It is sent to this upstream; `undefined`: that one has refused it or could not be reached. */
  asked(route: Route | undefined): void {
    this.#askedOf = route;
    if (route !== undefined) this.#askedMs = performance.now();
  }

  /** An answer came to its end, one way or another. */
  settle(ended: Ended): void {
    if (this.#settled) return;
    this.#settled = true;
    // Nothing was generated for who was refused.
    if (ended.status >= 400 || isCounting(this.#request.path)) return this.#done(ended, NOTHING, false);
    const { path } = this.#request;
    const counts = this.#countsOf(ended);
    const said = counts === undefined ? undefined : complete(counts, answersWithText(path));
    // Of an answer that was cut off, what was said at its beginning about the output is not the last word.
    if (said !== undefined && ended.ending === 'ok' && isPlausible(said, this.#request, ended.meter.seen)) {
      return this.#done(ended, said, false);
    }
    void this.#countAndTell(ended);
  }

  /**
   * There was no answer. A caller that went away pays for its prompt where an upstream has it, and for what that may have made
   * meanwhile; one whose answer took too long for its prompt: whoever makes an upstream work must not have it for nothing. Guarded by settlement.test.ts.
   */
  withoutAnswer(error: unknown, clientGone: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    const isTimeout = error instanceof KeywardError && error.code === 'upstream_timeout';
    const failed = isTimeout ? 'timeout' : 'upstream_error';
    const outcome = clientGone ? 'client_gone' : failed;
    const route = clientGone || isTimeout ? this.#askedOf : undefined;
    if (route === undefined)
      return this.#tell({ outcome, tokensIn: 0, tokensOut: 0, estimated: false, usdNano: 0 });
    void this.#tellPrompt(route, outcome, clientGone ? silenceMs(this.#askedMs) : 0);
  }

  async #tellPrompt(route: Route, outcome: Ending, silentMs: number): Promise<void> {
    const tokensOut = this.#withUnseen(route, { shown: 0, silentMs });
    const { text, media } = await this.#countedPrompt();
    const tokensIn = text + media;
    const usdNano = this.#costOf(route, { tokensIn, tokensOut });
    this.#tell({ outcome, tokensIn, tokensOut, estimated: true, usdNano });
  }

  /**
   * Tokens of an answer that its caller did not wait for: what was shown, and what a model may have made without a word: it reasons,
   * or its answer comes as a whole. Otherwise a caller could read what it asked for and leave before the usage.
   */
  #withUnseen(route: Route, { shown, silentMs }: { shown: number; silentMs: number }): number {
    const { path, parsed, body, openOutput } = this.#request;
    if (!isText(path)) return shown;
    const unseen = Math.round((silentMs / 1_000) * UNSEEN_TOKENS_PER_SECOND);
    const otherwise = openOutput?.tokens ?? route.outputMax;
    const longest = longestAnswer({ path, parsed, bytes: body.length }, otherwise);
    return Math.max(shown, Math.min(shown + unseen, longest));
  }

  async #countAndTell(ended: Ended): Promise<void> {
    const { ending, route, meter } = ended;
    const silentMs = ending === 'client_gone' ? silenceMs(this.#askedMs, meter.beganMs) + meter.silentMs : 0;
    const said = this.#countsOf(ended) ?? {};
    const { text, media } = await this.#countedPrompt();
    const shown = await this.#countedAnswer(ended);
    const tokensOut = this.#withUnseen(route, { shown, silentMs });
    const isIn = said.tokensIn !== undefined && isNear(said.tokensIn, text);
    // The whole of the output is told at the end; until then only more than was counted here is believed.
    const isOut =
      said.tokensOut !== undefined &&
      (ending === 'ok' ? isNear(said.tokensOut, tokensOut) : said.tokensOut >= tokensOut);
    const counted = {
      ...(isIn ? said : {}),
      tokensIn: isIn ? (said.tokensIn ?? 0) : text + mediaOf(said, media),
      tokensOut: isOut ? (said.tokensOut ?? 0) : tokensOut,
      reasoningOut: isOut ? said.reasoningOut : undefined,
      seconds: said.seconds,
    };
    this.#done(ended, counted, !isIn || !isOut || ending !== 'ok');
  }

  /** What the upstream said; without seconds in which no recording of this length fits. */
  #countsOf({ meter }: Ended): TokenCounts | undefined {
    const { counts } = meter.seen;
    const least = this.#request.body.length / AUDIO_MAX_BYTES_PER_SECOND;
    const isShort = counts?.seconds !== undefined && counts.seconds < least;
    return isShort ? { ...counts, seconds: undefined } : counts;
  }

  async #countedPrompt(): Promise<PromptCount> {
    return countPrompt(this.#request).catch((error: unknown) => ({ text: this.#uncounted(error), media: 0 }));
  }

  async #countedAnswer({ meter, isEventStream }: Ended): Promise<number> {
    if (!answersWithText(this.#request.path)) return 0;
    return countAnswer(meter.seen, isEventStream).catch((error: unknown) => this.#uncounted(error));
  }

  #uncounted(error: unknown): number {
    this.#logger.error({ err: error }, 'tokens could not be counted');
    return 0;
  }

  #done({ ending, route, status }: Ended, counted: Counted, estimated: boolean): void {
    const isRefused = status >= 400;
    this.#tell({
      outcome: ending === 'ok' && isRefused ? 'upstream_error' : ending,
      tokensIn: counted.tokensIn,
      tokensOut: counted.tokensOut,
      estimated,
      usdNano: isRefused ? 0 : this.#costOf(route, counted),
    });
  }

  #costOf(route: Route, counted: Counted): number {
    const { path, body, parsed } = this.#request;
    if (isCounting(path)) return 0;
    const { images, seconds } = unitsOf({ path, parsed, form: formFields(body), bytes: body.length });
    return costNano(
      { ...withoutGaps(counted), images, seconds: counted.seconds ?? seconds },
      priceOfRoute(route),
    );
  }

  #tell(report: UsageReport): void {
    this.#resolve(report);
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

/** A recording's length is known better where the upstream tells it. */
const mediaOf = ({ seconds }: TokenCounts, media: number): number =>
  seconds === undefined ? media : Math.ceil(seconds * AUDIO_TOKENS_PER_SECOND);

/** Not far below what was counted here. */
const isNear = (said: number, counted: number): boolean =>
  counted <= said * COUNTING_FACTOR + COUNTING_SLACK_TOKENS;

const withoutGaps = ({ tokensIn, tokensOut, cachedIn = 0, cacheWriteIn = 0, reasoningOut = 0 }: Counted) => ({
  tokensIn,
  tokensOut,
  cachedIn,
  cacheWriteIn,
  reasoningOut,
});
