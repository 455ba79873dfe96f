import type { Logger } from '../base/logger.ts';
import { KeywardError } from '../base/errors.ts';
import type { Ending } from './answer-stream.ts';
import type { Route } from './catalogue.ts';
import type { ForwardRequest } from './forward.ts';
import type { Meter } from './meter.ts';
import { costOf, priceOf } from './prices.ts';
import { countAnswer, countPrompt } from './token-count.ts';

/** What a request used. */
export interface UsageReport {
  outcome: Ending;
  tokensIn: number;
  tokensOut: number;
  /** Counted here; the upstream did not say. */
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

/** Settles a request exactly once, whatever happened to it. */
export class Settlement {
  readonly report: Promise<UsageReport>;
  readonly #request: ForwardRequest;
  readonly #logger: Logger;
  #resolve: (report: UsageReport) => void = () => undefined;
  #settled = false;

  constructor(request: ForwardRequest, logger: Logger) {
    this.#request = request;
    this.#logger = logger;
    this.report = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  /** An answer came to its end, one way or another. */
  settle(ended: Ended): void {
    if (this.#settled) return;
    this.#settled = true;
    const { counts } = ended.meter.seen;
    // Of an answer that was cut off, what was said at its beginning about the output is not the last word.
    if (counts?.tokensIn !== undefined && ended.ending === 'ok') {
      this.#done(ended, { tokensIn: counts.tokensIn, tokensOut: counts.tokensOut ?? 0, estimated: false });
      return;
    }
    // Nothing was generated for who was refused.
    if (ended.status >= 400) return this.#done(ended, { tokensIn: 0, tokensOut: 0, estimated: false });
    void this.#countAndTell(ended);
  }

  /** There was no answer. A caller that went away pays for its prompt, which an upstream may have read. */
  withoutAnswer(error: unknown, clientGone: boolean): void {
    if (this.#settled) return;
    this.#settled = true;
    if (clientGone) {
      void this.#tellPrompt();
      return;
    }
    const isTimeout = error instanceof KeywardError && error.code === 'upstream_timeout';
    const outcome = isTimeout ? 'timeout' : 'upstream_error';
    this.#tell({ outcome, tokensIn: 0, tokensOut: 0, estimated: false, usdNano: 0 });
  }

  async #tellPrompt(): Promise<void> {
    const tokensIn = await countPrompt(this.#request).catch(() => 0);
    this.#tell({ outcome: 'client_gone', tokensIn, tokensOut: 0, estimated: true, usdNano: 0 });
  }

  async #countAndTell(ended: Ended): Promise<void> {
    const tokens = await this.#count(ended).catch((error: unknown) => {
      this.#logger.error({ err: error }, 'tokens could not be counted');
      return { tokensIn: 0, tokensOut: 0, estimated: true };
    });
    this.#done(ended, tokens);
  }

  async #count(ended: Ended): Promise<{ tokensIn: number; tokensOut: number; estimated: boolean }> {
    const { counts } = ended.meter.seen;
    const tokensIn = counts?.tokensIn ?? (await countPrompt(this.#request));
    const isKnown = ended.ending === 'ok' && counts?.tokensOut !== undefined;
    const counted = isKnown ? 0 : await countAnswer(ended.meter.seen, ended.isEventStream);
    return { tokensIn, tokensOut: Math.max(counted, counts?.tokensOut ?? 0), estimated: true };
  }

  #done(
    { ending, route, status }: Ended,
    tokens: { tokensIn: number; tokensOut: number; estimated: boolean },
  ): void {
    const price = priceOf(route.target.prices, [route.name, route.qualifiedName, route.upstreamModel]);
    const usdNano = status >= 400 ? 0 : costOf(price, tokens.tokensIn, tokens.tokensOut);
    this.#tell({ outcome: ending === 'ok' && status >= 400 ? 'upstream_error' : ending, ...tokens, usdNano });
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
