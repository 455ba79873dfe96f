import { isPattern, matchesPattern } from '../../access/index.ts';
import { invalidField } from '../../base/errors.ts';
import { checkPrice, type Price } from '../../usage/index.ts';
import type { Route } from '../upstreams/catalogue.ts';
import { isAudioInput, isFree, isForChat, isImages, isText } from '../request/paths.ts';

/** Model pattern → price. A pattern is a name or ends in `*`; the longest match counts. */
export type PriceTable = Record<string, Price>;

/** Whether keys with a budget in USD may use an upstream's models without a price. */
export const UNPRICED = ['refuse', 'allow'] as const;
export type Unpriced = (typeof UNPRICED)[number];

const PRICES_MAX = 500;
const PATTERN_MAX_CHARACTERS = 200;

/** @throws KeywardError `invalid_input` naming the price at fault. */
export function checkPrices(prices: PriceTable): PriceTable {
  const entries = Object.entries(prices);
  if (entries.length > PRICES_MAX) throw invalidField('prices', `must have at most ${PRICES_MAX} models`);
  for (const [pattern, price] of entries) {
    if (pattern === '' || pattern.length > PATTERN_MAX_CHARACTERS || !isPattern(pattern)) {
      throw invalidField(
        'prices',
        `"${pattern.slice(0, 80)}" must be a model name, or a pattern such as "gpt-*"`,
      );
    }
    checkPrice(price, `prices.${pattern}`);
  }
  return prices;
}

export function priceOf(prices: PriceTable, names: readonly string[]): Price | undefined {
  let best: string | undefined;
  for (const pattern of Object.keys(prices)) {
    const fits = names.some((name) => matchesPattern(pattern, name));
    if (fits && (best === undefined || rank(pattern) > rank(best))) best = pattern;
  }
  return best === undefined ? undefined : prices[best];
}

/** An exact name wins over a pattern of the same length. */
const rank = (pattern: string): number => (pattern.endsWith('*') ? pattern.length - 1 : pattern.length + 0.5);

export interface PricedRoute extends Pick<Route, 'name' | 'qualifiedName' | 'upstreamModel'> {
  target: { prices: PriceTable; unpriced: Unpriced };
}

/** A model without a price is free. */
export const priceOfRoute = ({ target, name, qualifiedName, upstreamModel }: PricedRoute): Price =>
  priceOf(target.prices, [name, qualifiedName, upstreamModel]) ?? FREE;

const FREE: Price = {};

/**
 * Whether a budget in USD can hold on this route: all that such a request may use has a price, or the operator allows its use
 * without one. An incomplete price does not count: with `input` alone the answer would be free. Guarded by unpriced.test.ts.
 * @param path below `/v1`, such as `/chat/completions`.
 */
export function isChargeable(route: PricedRoute, path: string): boolean {
  return route.target.unpriced === 'allow' || isFree(path) || isPriced(priceOfRoute(route), path);
}

/** Whether those who have a budget in USD can use it for what it is likely to be for. A guess, for warnings. */
export const isLikelyChargeable = (route: PricedRoute): boolean =>
  (isForChat(route.name) ? ['/chat/completions'] : OTHER_KINDS).some((path) => isChargeable(route, path));

const OTHER_KINDS = ['/embeddings', '/images/generations', '/audio/transcriptions', '/audio/speech'];

function isPriced(price: Price, path: string): boolean {
  const has = (member: keyof Price): boolean => price[member] !== undefined;
  const hasTokens = has('input_usd_per_million_tokens') && has('output_usd_per_million_tokens');
  if (isImages(path)) return has('per_image_usd');
  if (isAudioInput(path)) return hasTokens || has('per_second_usd');
  if (isText(path)) return hasTokens;
  return has('input_usd_per_million_tokens') || has('per_request_usd');
}

/** A price that would do for this kind of request, for an error text; its figures are examples. */
export function examplePrice(path: string): Price {
  if (isImages(path)) return { per_image_usd: '0.04' };
  if (isAudioInput(path)) return { per_second_usd: '0.0001' };
  if (isText(path)) return { input_usd_per_million_tokens: '2.50', output_usd_per_million_tokens: '10' };
  return { input_usd_per_million_tokens: '0.02' };
}
